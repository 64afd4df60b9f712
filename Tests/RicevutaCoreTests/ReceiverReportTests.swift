import BaseKit
import RicevutaCore
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ReceiverReportTests {
    private static func report(_ problem: String?) throws -> ReceiverReport {
        ReceiverReport(
            process: 4711,
            version: "0.1.0",
            startedAt: Timestamp(seconds: 1_800_000_000),
            writtenAt: Timestamp(milliseconds: 1_800_000_005_250),
            configuration: "/etc/ricevuta.yaml",
            fingerprint: "0123456789ab",
            generation: 3,
            callbacks: "http://127.0.0.1:8080/callbacks",
            admin: "http://127.0.0.1:8081",
            problems: ["Less than 64 MiB free."],
            providers: [
                ProviderCondition(
                    provider: .visengine,
                    operation: .document,
                    isUnauthorized: true,
                    since: Timestamp(seconds: 1_800_000_001),
                    failures: 7,
                    reason: "HTTP 401"
                )
            ],
            failingSinks: [try Sample.sink("crm")],
            reloadProblem: problem
        )
    }

    @Test(arguments: ["ricevuta.yaml:3:1: unknown key", nil])
    func isReadAsItWasWritten(_ problem: String?) throws {
        let report = try Self.report(problem)

        let read = ReceiverReport(json: try JSONValue(parsing: report.json.encoded()))

        #expect(read == report)
    }

    @Test func onlyARunningReceiverSaysWhichSinksFail() throws {
        let report = try Self.report(nil)
        let now = report.writtenAt
        #expect(ReceiverPresence(report, isAlive: true, now: now).failingSinks == report.failingSinks)
        #expect(ReceiverPresence(report, isAlive: false, now: now).failingSinks == [])
        #expect(ReceiverPresence(report, isAlive: true, now: now + .seconds(60)).failingSinks == [])
    }
}
