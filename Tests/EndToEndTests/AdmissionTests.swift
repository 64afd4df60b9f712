import Foundation
import Subprocess
import Testing

extension EndToEnd {
    /// What stands at the door besides callbacks with good tokens.
    @Suite(.timeLimit(.minutes(2)))
    struct AdmissionTests {
        private static func post(_ path: String, _ fields: [String] = [], body: String = "{}") -> String {
            (["POST \(path) HTTP/1.1", "Host: localhost", "Content-Length: \(body.utf8.count)"] + fields)
                .joined(separator: "\r\n") + "\r\n\r\n" + body
        }

        private static func status(_ port: UInt16, _ request: String) async throws -> Int {
            try await onThread {
                let connection = try RawConnection(port: port)
                try connection.send(request)
                return try connection.answer().status
            }
        }

        @Test func saysThatItLivesWhereItIsToldTo() async throws {
            try await withTestBed { bed in
                try bed.configure(listener: "healthPath: /alive")
                try await bed.receiver { receiver in
                    let target = try await bed.callbackTarget()
                    let answers = try await onThread {
                        let connection = try RawConnection(port: target.port)
                        return try ["GET", "GET", "POST"].map { method in
                            try connection.send("\(method) /alive HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
                            return try connection.answer()
                        }
                    }
                    #expect(answers.map(\.status) == [200, 200, 405])
                    #expect(answers[0].text.hasSuffix("\r\n\r\nok\n"))
                    let elsewhere = try await Self.status(target.port, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                    #expect(elsewhere == 404)
                }
            }
        }

        @Test func tellsNothingToAPageThatCameUnderItsOwnName() async throws {
            try await withTestBed { bed in
                try bed.configure(admin: "hostNames: [metrics.internal]")
                try await bed.receiver { receiver in
                    let port = UInt16(try #require(URL(string: receiver.admin)?.port))
                    var statuses: [Int] = []
                    for host in ["rebound.example", "localhost", "127.0.0.1:\(port)", "metrics.internal"] {
                        statuses.append(try await Self.status(port, "GET /metrics HTTP/1.1\r\nHost: \(host)\r\n\r\n"))
                    }
                    #expect(statuses == [421, 200, 200, 200])
                }
            }
        }

        /// A balancer that writes ports: its own address stands for the provider and for every scanner.
        @Test(arguments: [
            ("x-forwarded-for", "X-Forwarded-For: %:4711"),
            ("x-forwarded-for", "X-Forwarded-For: [2001:db8:%::1]:4711"),
            ("forwarded", "Forwarded: for=\"%:4711\";proto=https"),
            ("x-forwarded-for", "X-Forwarded-For: unknown"),
        ])
        func keepsScannersBehindAProxyFromShuttingTheProviderOut(name: String, header: String) async throws {
            try await withTestBed { bed in
                let secret = "{fromEnvironment: RICEVUTA_PROVIDER_TOKEN}"
                try bed.configure(
                    source: "trustedProxies: [127.0.0.1], proxyHeader: \(name), credentials: {secret: \(secret)}"
                )
                try await bed.receiver { receiver in
                    let target = try await bed.callbackTarget()
                    func field(_ number: Int) -> String {
                        let host = header.contains("[") ? String(number) : "198.51.100.\(number)"
                        return header.replacing("%", with: host)
                    }
                    for number in 1...25 {
                        let refused = try await Self.status(target.port, Self.post("/callbacks/x", [field(number)]))
                        #expect(refused == 401)
                    }
                    let authorization = "Authorization: bearer sandbox-token"
                    let taken = try await Self.status(
                        target.port,
                        Self.post(target.path, [field(200), authorization])
                    )
                    #expect(taken == 200)
                }
                let warnings = try bed.log().split(separator: "\n").filter {
                    $0.contains("forwarding header from a trusted proxy")
                }
                #expect(warnings.count == (header.contains("unknown") ? 1 : 0))
            }
        }

        /// What is asked for after `systemctl reload` answers as before: it proves nothing of the reload.
        @Test func forgetsNothingWhenItIsToldToReload() async throws {
            try await withTestBed { bed in
                try await bed.receiver { receiver in
                    let target = try await bed.callbackTarget()
                    let first = try await Self.status(target.port, Self.post(target.path))
                    #expect(first == 200)
                    for _ in 0..<20 { _ = try await Self.status(target.port, Self.post("/callbacks/x")) }
                    let before = try await Self.status(target.port, Self.post("/callbacks/x"))
                    #expect(before == 429)

                    receiver.program.signal(.terminalClosed)
                    try await bed.until { try bed.log().contains("Configuration reloaded") }

                    let after = try await Self.status(target.port, Self.post("/callbacks/x"))
                    #expect(after == 429, "the limit was not refilled")
                    let again = try await onThread {
                        let connection = try RawConnection(port: target.port)
                        try connection.send(Self.post(target.path))
                        return try connection.answer().text
                    }
                    #expect(again.hasSuffix("duplicate\n"), "the callback is still known")
                    let healthy = try await bed.text("\(receiver.admin)/healthz")
                    #expect(healthy == "ok\n")
                }
            }
        }

        @Test(arguments: ["POST /callbacks/x HTTP/1.1\r\nHost:", "TOKEN, and half a body"])
        func waitsForNoHalfRequestAtTheEnd(sent: String) async throws {
            try await withTestBed { bed in
                let clock = ContinuousClock()
                let stopped = try await bed.receiver { receiver in
                    let target = try await bed.callbackTarget()
                    let half = Self.post(target.path, body: "{\"a\":1}").dropLast()
                    return try await onThread {
                        let connection = try RawConnection(port: target.port)
                        try connection.send(sent.hasPrefix("TOKEN") ? String(half) : sent)
                        // Answered, so that the half before it has been read.
                        let other = try RawConnection(port: target.port)
                        try other.send(Self.post(target.path))
                        guard try other.answer().status == 200 else { throw HarnessError(description: "no answer") }
                        receiver.program.signal(.terminate)
                        let start = clock.now
                        _ = try connection.answer()
                        return clock.now - start
                    }
                }
                #expect(stopped < .seconds(4))
            }
        }
    }
}
