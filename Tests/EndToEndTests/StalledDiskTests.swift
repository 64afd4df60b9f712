import AsyncHTTPClient
import BaseKit
import Foundation
import Testing

extension EndToEnd {
    /// The provider waits for 30 seconds and posts once.
    @Suite(.timeLimit(.minutes(3)))
    struct StalledDiskTests {
        @Test func everyCallbackIsAnsweredInTimeWhileTheDiskDoesNotAnswer() async throws {
            try await withTestBed { bed in
                let library = try await Native.library("stalled-disk", in: bed.directory)
                let flag = bed.directory + "/stalled"
                let environment = [
                    "LD_PRELOAD": library, "STALLED_DIRECTORY": bed.dataDirectory + "/journal",
                    "STALLED_FLAG": flag,
                ]
                try await bed.receiver(environment: environment) { receiver in
                    let urls = try await bed.registrations(81).compactMap { $0["url"]?.string }
                    let body = #"{"stato_richiesta":"Dati disponibili","timestamp_last_update":1750000000}"#
                    #expect(try await bed.post(urls[80], body) == 200)
                    try Data().write(to: URL(filePath: flag))

                    let answers = try await withThrowingTaskGroup(of: (Int, Duration).self) { group in
                        for url in urls[..<80] {
                            group.addTask {
                                let begun = ContinuousClock.now
                                let status = try await Self.post(url, body)
                                return (status, begun.duration(to: .now))
                            }
                        }
                        return try await group.reduce(into: []) { $0.append($1) }
                    }
                    #expect(answers.map(\.0) == Array(repeating: 503, count: 80))
                    let slowest = answers.map(\.1).max() ?? .zero
                    #expect(slowest < .seconds(26), "\(slowest)")
                    let readiness = try await bed.text(receiver.admin + "/readyz")
                    #expect(
                        readiness.contains("Journal writes are hanging: the disk does not respond."),
                        "\(readiness)"
                    )
                    let begun = ContinuousClock.now
                    #expect(try await bed.post(urls[0], body) == 503)
                    #expect(begun.duration(to: .now) < .seconds(2), "nobody is kept waiting for what will not come")

                    try FileManager.default.removeItem(atPath: flag)
                    try await bed.until { try await bed.text(receiver.admin + "/readyz").hasPrefix("ready") }
                    #expect(try await bed.post(urls[80], body) == 200)
                    try await bed.until {
                        // What was answered 503 is kept all the same.
                        let callbacks = try await bed.status()["callbacks"]?.object?.members ?? []
                        return callbacks.reduce(0) { $0 + ($1.value.int64 ?? 0) } == 81
                    }
                    let metrics = try await bed.text(receiver.admin + "/metrics")
                    #expect(metrics.contains(#"ricevuta_callbacks_total{outcome="timed_out"} 81"#))
                }
            }
        }

        /// Posts JSON on a connection of its own.
        ///
        /// - Returns: The answer's status; 0 without one.
        private static func post(_ url: String, _ body: String) async throws -> Int {
            let output = try await Program.output(
                "/usr/bin/curl",
                [
                    "--silent", "--max-time", "30", "--output", "/dev/null", "--write-out", "%{http_code}",
                    "--data", body, "--header", "Content-Type: application/json", url,
                ]
            )
            return Int(String(decoding: output.bytes, as: UTF8.self)) ?? 0
        }
    }
}
