import Foundation
import Testing

extension EndToEnd {
    /// A proxy keeps connections, and repeats no POST.
    @Suite(.timeLimit(.minutes(2)))
    struct NginxTests {
        /// Both count the same silence.
        ///
        /// The library would close what has been silent for so long before it looks at what has come meanwhile. One
        /// connection, because nothing else is to make it look earlier.
        @Test func losesNoCallbackAtTheMomentWhenAConnectionEnds() async throws {
            try await withTestBed { bed in
                try bed.configure(listener: "idleTimeout: 1s", source: "trustedProxies: [127.0.0.1]")
                try await bed.receiver { receiver in
                    let target = try await bed.callbackTarget()
                    try await Proxy.run(before: receiver.callbacks, in: bed.directory) { proxy in
                        let port = UInt16(try #require(URL(string: proxy.origin)?.port))
                        let statuses = try await onThread { try Self.postAtTheLimit(port, target.path) }
                        #expect(statuses == [Int](repeating: 200, count: Self.silences.count + 1))
                    }
                    let accepted = try await bed.metric("ricevuta_connections_accepted_total", of: receiver)
                    #expect(try #require(accepted) <= 2, "the proxy kept its connection")
                }
            }
        }

        /// Milliseconds between an answer and the next callback.
        private static let silences = [996, 999, 1_000, 1_001, 1_002, 1_004, 1_008, 1_050]

        private static func postAtTheLimit(_ port: UInt16, _ path: String) throws -> [Int] {
            let connection = try RawConnection(port: port)
            return try ([0] + silences).enumerated().map { round, silence in
                usleep(useconds_t(silence * 1_000))
                let body = #"{"_id":"65f0c0ffee0123456789abcd","timestamp_last_update":\#(1_700_000_000 + round)}"#
                try connection.send(
                    "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                )
                return try connection.answer().status
            }
        }
    }
}
