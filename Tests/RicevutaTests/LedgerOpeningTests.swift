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
    private let receiver = ReceiverID.random()
    private let now = Timestamp(seconds: 1_800_000_000)

    @Test func opensACommandsLedgerWithTheConfiguredInterval() async throws {
        try await withTemporaryDirectory { directory in
            let opening = try opening(in: directory, reconciliation: "{minReadBackInterval: 1000s}")
            let service = try opening.open(.serve(as: receiver))
            let nonce = try #require(OrderNonce(rawValue: String(repeating: "n", count: 22)))
            let item = try #require(ItemHash(rawValue: "item1"))
            let placing = NewOrder(nonce: nonce, provider: .visengine, item: item)
            _ = try await service.placing(placing, now: now, firstPoll: now)
            let asked = try await service.leaseVerifications(limit: 1, now: now, leaseFor: .seconds(60))
            try await service.park(try #require(asked.first), reason: "not known to the API", now: now)
            await service.close()

            // The answer to the placing comes late, and the order has to be read back once more.
            let command = try opening.open(.operate)
            let order = Order(id: try #require(OrderID(rawValue: "id1")), state: .searching, lastUpdate: now)
            _ = try await command.placed(nonce, as: order, price: nil, now: now)
            await command.close()

            let next = try opening.open(.serve(as: receiver))
            for (seconds, count) in [(999, 0), (1000, 1)] {
                let due = try await next.leaseVerifications(
                    limit: 1,
                    now: now + .seconds(seconds),
                    leaseFor: .seconds(60)
                )
                #expect(due.count == count, "after \(seconds) seconds")
            }
            await next.close()
        }
    }

    @Test func asksTheAdapterWhetherThereIsALedger() async throws {
        try await withTemporaryDirectory { directory in
            let opening = try opening(in: directory, reconciliation: "{}")
            #expect(try !opening.exists)
            #expect(throws: LedgerError.self) { try opening.open(.inspect) }
            let ledger = try opening.open(.operate)
            #expect(try opening.exists)
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
        let environment = ["PROVIDER": secret, "KEY": secret]
        return LedgerOpening(try Configuration.load(path, environment: environment, sinkTypes: []))
    }
}
