import Foundation
import Synchronization
import Testing

extension EndToEnd {
    /// The provider posts once: a crowd on the door must not be why nobody answered.
    @Suite(.timeLimit(.minutes(3)))
    struct ConnectionLimitTests {
        /// Three thousand connections that never finish a head, from sixty addresses, each made anew when it is closed.
        @Test func answersEveryHonestCallbackBesideThreeThousandHalfOpenConnections() async throws {
            try await withTestBed { bed in
                try await bed.receiver { receiver in
                    let target = try await bed.callbackTarget()
                    let crowd = Crowd(port: target.port, size: 3_000)
                    let pressing = Task { try await onThread { try crowd.press() } }
                    while crowd.opened < 3_000 { try await Task.sleep(for: .milliseconds(20)) }

                    var statuses: [Int] = []
                    var times: [Duration] = []
                    for number in 0..<12 {
                        let start = ContinuousClock.now
                        statuses.append(try await post(number, to: target))
                        times.append(ContinuousClock.now - start)
                        try await Task.sleep(until: start + .seconds(1))
                    }
                    crowd.leave()
                    try await pressing.value

                    #expect(statuses == [Int](repeating: 200, count: 12))
                    #expect(try #require(times.max()) < .seconds(1), "\(times)")
                    #expect(crowd.opened > 4_000, "closed ones were made anew")
                    let closed = "ricevuta_connections_closed_total"
                    #expect(try #require(await bed.metric("\(closed){reason=\"crowded\"}", of: receiver)) > 1_000)
                    #expect(try #require(await bed.metric("ricevuta_connections", of: receiver)) <= 1_000)
                }
                let log = try bed.log()
                let warnings = log.split(separator: "\n").filter { $0.contains("Connection limit reached") }
                #expect(warnings.count == 1, "one warning in a minute")
            }
        }

        private func post(_ number: Int, to target: (port: UInt16, path: String)) async throws -> Int {
            let body = #"{"_id":"65f0c0ffee0123456789abcd","timestamp_last_update":\#(1_700_000_000 + number)}"#
            return try await onThread {
                let connection = try RawConnection(port: target.port, from: "127.0.0.1")
                try connection.send(
                    "POST \(target.path) HTTP/1.1\r\nHost: localhost\r\n"
                        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
                )
                return try connection.answer().status
            }
        }
    }
}

/// Connections that say half of what they have to say, and come again when they are closed.
private final class Crowd: Sendable {
    private let port: UInt16
    private let size: Int
    private let count = Atomic(0)
    private let isOver = Atomic(false)

    init(port: UInt16, size: Int) {
        self.port = port
        self.size = size
    }

    /// How many have been opened so far.
    var opened: Int { count.load(ordering: .relaxed) }

    func leave() { isOver.store(true, ordering: .relaxed) }

    func press() throws {
        RawConnection.allow(size + 1_000)
        var held: [RawConnection] = []
        while !isOver.load(ordering: .relaxed) {
            held.removeAll(where: \.isClosed)
            while held.count < size, !isOver.load(ordering: .relaxed) {
                let number = count.add(1, ordering: .relaxed).newValue
                let connection = try RawConnection(port: port, from: "127.0.\(number % 60).\(2 + number % 60)")
                // It may have made room for others already.
                try? connection.send("POST /callbacks/x HTTP/1.1\r\nHost: localhost\r\n")
                held.append(connection)
            }
            usleep(10_000)
        }
    }
}
