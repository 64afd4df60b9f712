import BaseKit
import Crypto
import Foundation
import Subprocess
import Testing

extension EndToEnd {
    /// SIGHUP puts another configuration in place, whole or not at all, while callbacks go on.
    @Suite(.timeLimit(.minutes(5)))
    struct ReloadTests {
        @Test func reloadsUnderLoadLoseNothingAndBadFilesKeepTheOld() async throws {
            let (rounds, orders) = (100, 300)
            try await withTestBed { bed in
                let registrations = try await bed.registrations(orders)
                let ids = try await bed.order(calledBackAt: registrations)
                try await bed.advance(to: "Visura evasa")
                let good = try String(contentsOfFile: bed.configuration, encoding: .utf8)
                try await bed.receiver { receiver in
                    async let statuses = bed.postAllInTurn(
                        zip(registrations, ids).compactMap { registration, id in
                            registration["url"]?.string.map { ($0, #"{"_id":"\#(id)","stato_richiesta":"Evasa"}"#) }
                        }
                    )
                    var last = good
                    for round in 1...rounds {
                        let isGood = round.isMultiple(of: 2)
                        let text = good + (isGood ? "log: {level: info} # \(round)\n" : "listener: [\n")
                        try text.write(toFile: bed.configuration, atomically: true, encoding: .utf8)
                        receiver.program.signal(.terminalClosed)
                        let line = isGood ? "Configuration reloaded" : "Configuration reload failed"
                        try await bed.until { try receiver.count(line) == (round + 1) / 2 }
                        if isGood { last = text }
                    }

                    #expect(try await statuses == [200: orders])
                    try await bed.until { try await bed.status()["jobs"] == [:] }
                    #expect(try bed.deliveredDocuments().count == orders)
                    let arrivals = try bed.downstream.arrivals().filter { $0["type"]?.string == "document.available" }
                    #expect(Set(arrivals.compactMap { $0["order"]?.string }) == Set(ids))
                    #expect(Set(arrivals.compactMap { $0["id"]?.string }).count == orders)

                    let fingerprint = bed.fingerprint(of: last)
                    let generation = rounds / 2 + 1
                    let ready = try await bed.text(receiver.admin + "/readyz")
                    #expect(ready.contains("configuration \(fingerprint), generation \(generation)"))
                    let metrics = try await bed.metrics(of: receiver)
                    #expect(metrics.contains(#"ricevuta_configuration_info{fingerprint="\#(fingerprint)"} 1"#))
                    #expect(metrics.contains("ricevuta_configuration_generation \(generation)"))
                    #expect(metrics.contains("ricevuta_configuration_last_reload_successful 1"))
                    try await bed.until {
                        let report = try await bed.status()["receiver"]?["lastReport"]
                        return report?["fingerprint"]?.string == fingerprint
                            && report?["generation"]?.int64 == Int64(generation)
                    }
                }
            }
        }

        @Test func takesUpNewSinksAndKeysAndSaysWhatNeedsARestart() async throws {
            try await withTestBed { bed in
                let old = try await bed.registrations(1)[0]
                try await bed.receiver { receiver in
                    let port = try #require(receiver.callbacks.split(separator: ":").last?.split(separator: "/").first)
                    try bed.configure("port: \(port),", as: "port: 9,")
                    try bed.configure(
                        "active: {id: k1, secret: {fromEnvironment: RICEVUTA_TOKEN_KEY}}",
                        as: "active: {id: k2, secret: {fromEnvironment: RICEVUTA_NEXT_TOKEN_KEY}}"
                    )
                    try bed.configure(
                        "sinks:\n",
                        as: "sinks:\n  - {name: second, type: directory, path: ./second}\n"
                    )
                    receiver.program.signal(.terminalClosed)
                    try await bed.until { try receiver.count("Configuration reloaded") == 1 }

                    let line = try await Program.line(with: "Configuration reloaded", in: receiver.log)
                    #expect(line.contains(#""changed":"listener.port, sinks.second, tokens.active""#), "\(line)")
                    #expect(line.contains(#""needs.restart":"listener.port""#), "\(line)")
                    let url = try #require(old["url"]?.string)
                    #expect(try await bed.post(url, "{}") == 401, "its key is gone")
                    try bed.configure("port: 9,", as: "port: \(port),")
                    _ = try await bed.finishedOrders(1)
                    try await bed.until { try await bed.status()["jobs"] == [:] }
                    let files = try FileManager.default.subpathsOfDirectory(atPath: bed.directory + "/second")
                    #expect(files.contains { $0.hasSuffix(".zip") })
                }
            }
        }

        @Test func aProviderThatFailsIsReportedOnceAndRecoversWithAReload() async throws {
            try await withTestBed { bed in
                try bed.configure(bed.provider, as: "http://127.0.0.1:9")
                try await bed.receiver { receiver in
                    let registrations = try await bed.registrations(1)
                    let id = try await bed.order(calledBackAt: registrations)[0]
                    let url = try #require(registrations[0]["url"]?.string)
                    #expect(try await bed.post(url, #"{"_id":"\#(id)"}"#) == 200)

                    let line = try await Program.line(with: "Provider calls are failing", in: receiver.log)
                    #expect(line.contains(#""alarm":"provider_unreachable""#) && line.contains(#""level":"warning""#))
                    #expect(try await bed.alarms(of: receiver, "provider_unreachable") == 1)
                    #expect(try await bed.metric(#"ricevuta_provider_failing{operation="order"}"#, of: receiver) == 1)
                    try await bed.until {
                        let status = try await bed.command(["status"])
                        return status.code == 1 && status.text.contains("reading orders: failing")
                            && status.text.contains("no connection")
                    }

                    try bed.configure("http://127.0.0.1:9", as: bed.provider)
                    receiver.program.signal(.terminalClosed)
                    let back = try await Program.line(with: "Provider recovered", in: receiver.log)
                    #expect(back.contains(#""level":"notice""#) && back.contains("failures"))
                    #expect(try receiver.count("Provider calls are failing") == 1)
                    try await bed.until { try await bed.command(["status"]).code == 0 }
                }
            }
        }

        @Test func statusKnowsWhetherServeRuns() async throws {
            try await withTestBed { bed in
                try await bed.receiver { receiver in
                    try await bed.until { try await bed.command(["status"]).code == 0 }
                    #expect(try await bed.status()["receiver"]?["state"]?.string == "running")
                }
                let stopped = try await bed.command(["status"])
                #expect(stopped.code == 1 && stopped.text.contains("not running; `ricevuta serve` starts it"))

                try await bed.receiver { receiver in
                    try await bed.until { try await bed.status()["receiver"]?["state"]?.string == "running" }
                    receiver.program.signal(.kill)
                    try await bed.until { try await bed.status()["receiver"]?["state"]?.string == "ended" }
                }
                try await bed.receiver { receiver async throws in
                    let count = try receiver.count("The previous process ended without stopping")
                    #expect(count == 1)
                }
            }
        }
    }
}

extension TestBed.Receiver {
    /// The log's lines with a text.
    func count(_ text: String) throws -> Int {
        try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").count { $0.contains(text) }
    }
}

extension TestBed {
    /// Posts one after another, and counts the answers.
    func postAllInTurn(_ calls: [(url: String, body: String)]) async throws -> [Int: Int] {
        var statuses: [Int: Int] = [:]
        for call in calls { statuses[try await post(call.url, call.body), default: 0] += 1 }
        return statuses
    }

    /// What a configuration of this text is called.
    func fingerprint(of text: String) -> String {
        SHA256.hash(data: Array(text.utf8)).prefix(6).map { String(format: "%02x", $0) }.joined()
    }
}
