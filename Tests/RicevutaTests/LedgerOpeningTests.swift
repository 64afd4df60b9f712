import BaseKit
import Foundation
import RicevutaConfiguration
import RicevutaCore
import TestSupport
import Testing
import Visengine

@testable import ricevuta

/// The ledger is opened as the configuration says, by the service and by commands.
@Suite(.timeLimit(.minutes(1)))
struct LedgerOpeningTests {
    private let now = Timestamp(seconds: 1_800_000_000)

    @Test func opensACommandsLedgerWithTheConfiguredInterval() async throws {
        try await withTemporaryDirectory { directory in
            let opening = try opening(in: directory, reconciliation: "{minReadBackInterval: 1000s}")
            let service = try opening.open(.serve)
            #expect(await applied(try callback("searching", at: now), by: service))
            let asked = try await service.claimVerify(limit: 1, now: now, leaseFor: .seconds(60))
            try await service.postpone(try #require(asked.first).lease, until: now + .seconds(9999), reason: "later")
            await service.close()

            let command = try opening.open(.operate)
            #expect(await applied(try callback("available", at: now + .seconds(1)), by: command))
            await command.close()

            let next = try opening.open(.serve)
            for (seconds, count) in [(999, 0), (1000, 1)] {
                let due = try await next.claimVerify(limit: 1, now: now + .seconds(seconds), leaseFor: .seconds(60))
                #expect(due.count == count, "after \(seconds) seconds")
            }
            await next.close()
        }
    }

    @Test func asksTheAdapterWhetherThereIsALedger() async throws {
        try await withTemporaryDirectory { directory in
            let opening = try opening(in: directory, reconciliation: "{}")
            #expect(!opening.exists)
            #expect(throws: LedgerError.self) { try opening.open(.inspect) }
            let ledger = try opening.open(.operate)
            #expect(opening.exists)
            #expect(ledger.engine.name == "sqlite")
            try await ledger.ping()
            await ledger.close()
            await #expect(throws: LedgerError.closed) { try await ledger.ping() }
            let versions = try opening.migrate()
            #expect(versions.before == versions.after)
        }
    }

    private func opening(in directory: String, reconciliation: String) throws -> LedgerOpening {
        let yaml = """
            dataDirectory: \(directory)
            provider: {token: {fromEnvironment: PROVIDER}}
            tokens: {active: {id: k1, secret: {fromEnvironment: KEY}}}
            reconciliation: \(reconciliation)

            """
        let path = "\(directory)/ricevuta.yaml"
        try yaml.write(toFile: path, atomically: false, encoding: .utf8)
        let secret = String(repeating: "s3cr3t", count: 8)
        return LedgerOpening(try Configuration.load(path, environment: ["PROVIDER": secret, "KEY": secret]))
    }

    private func callback(_ state: String, at time: Timestamp) throws -> ReceivedCallback {
        ReceivedCallback(
            nonce: try #require(OrderNonce(rawValue: String(repeating: "n", count: 22))),
            claim: CallbackClaim(orderID: OrderID(rawValue: "id1"), state: OrderState(name: state), lastUpdate: time),
            body: [],
            peer: "192.0.2.1",
            receivedAt: time
        )
    }

    private func applied(_ callback: ReceivedCallback, by ledger: any LedgerStore) async -> Bool {
        await withCheckedContinuation { continuation in
            ledger.apply([callback], upTo: nil) { outcomes in
                let isRecorded = if case .recorded = outcomes[0] { true } else { false }
                continuation.resume(returning: isRecorded)
            }
        }
    }
}
