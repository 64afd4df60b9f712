import BaseKit
import Testing

@testable import ricevuta

@Suite struct ActivationSocketsTests {
    private func sockets(_ names: String, _ count: Int) throws(ActivationSockets.Failure) -> ActivationSockets {
        try ActivationSockets(
            ServiceManager(
                environment: ["LISTEN_PID": "7", "LISTEN_FDS": "\(count)", "LISTEN_FDNAMES": names],
                process: 7
            )
        )
    }

    @Test(
        arguments: [
            ("", 0, nil, nil), ("", 1, 3, nil), ("ricevuta.socket", 1, 3, nil), ("admin", 1, nil, 3),
            ("callbacks:admin", 2, 3, 4), ("admin:callbacks", 2, 4, 3),
        ] as [(String, Int, Int32?, Int32?)]
    )
    func sortsSocketsByName(names: String, count: Int, callbacks: Int32?, admin: Int32?) throws {
        let handed = try sockets(names, count)
        #expect(handed.callbacks == callbacks)
        #expect(handed.admin == admin)
    }

    @Test(arguments: ["", "callbacks:callbacks", "callbacks:other", "admin:admin"])
    func refusesWhatNobodyKnows(names: String) {
        let error = #expect(throws: ActivationSockets.Failure.self) { try sockets(names, 2) }
        #expect(error.map { "\($0)" }?.contains("FileDescriptorName=") == true)
    }
}
