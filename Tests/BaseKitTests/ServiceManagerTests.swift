import BaseKit
import Testing

@Suite struct ServiceManagerTests {
    @Test(
        arguments: [
            ([:], []),
            (["LISTEN_PID": "7", "LISTEN_FDS": "1"], [.init(name: "", descriptor: 3)]),
            (
                ["LISTEN_PID": "7", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "callbacks:admin"],
                [.init(name: "callbacks", descriptor: 3), .init(name: "admin", descriptor: 4)]
            ),
            (
                ["LISTEN_PID": "7", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "unknown"],
                [.init(name: "", descriptor: 3), .init(name: "", descriptor: 4)]
            ),
            // For another process, or nonsense.
            (["LISTEN_PID": "8", "LISTEN_FDS": "1"], []), (["LISTEN_FDS": "1"], []),
            (["LISTEN_PID": "7", "LISTEN_FDS": "0"], []), (["LISTEN_PID": "7", "LISTEN_FDS": "-1"], []),
            (["LISTEN_PID": "7", "LISTEN_FDS": "2147483647"], []), (["LISTEN_PID": "7", "LISTEN_FDS": "x"], []),
        ] as [([String: String], [ServiceManager.Socket])]
    )
    func takesSocketsMeantForThisProcess(environment: [String: String], sockets: [ServiceManager.Socket]) {
        #expect(ServiceManager(environment: environment, process: 7).sockets == sockets)
    }

    @Test(
        arguments: [
            ([:], nil), (["WATCHDOG_USEC": "3000000"], .seconds(3)),
            (["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "7"], .seconds(3)),
            (["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "8"], nil), (["WATCHDOG_USEC": "0"], nil),
            (["WATCHDOG_USEC": "soon"], nil),
        ] as [([String: String], Duration?)]
    )
    func knowsHowOftenToSayThatItLives(environment: [String: String], limit: Duration?) {
        #expect(ServiceManager(environment: environment, process: 7).watchdogLimit == limit)
    }

    @Test(arguments: [
        "", "relative", "/nowhere/at/all", "@nobody-listens-here", "/" + String(repeating: "x", count: 200),
    ])
    func saysNothingWhereNobodyListens(address: String) {
        #expect(!ServiceManager(environment: ["NOTIFY_SOCKET": address]).notify("READY=1"))
    }
}
