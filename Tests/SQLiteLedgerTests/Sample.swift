import BaseKit
import Foundation
import RicevutaCore
import SQLiteLedger
import TestSupport
import Testing
import Visengine

/// Values that the tests share.
enum Sample {
    static let now = Timestamp(seconds: 1_800_000_000)
    static let lease = Duration.seconds(60)
    static let schedule = ReconciliationSchedule(minReadBackInterval: .seconds(10))
    static let document = StoredDocument(
        sha256: String(repeating: "0a", count: 32),
        size: 3,
        kind: .pdf,
        name: "visura.pdf"
    )

    static func id(_ text: String = "id1") throws -> OrderID { try #require(OrderID(rawValue: text)) }

    static func item(_ text: String = "item1") throws -> ItemHash { try #require(ItemHash(rawValue: text)) }

    static func sink(_ name: String = "crm") throws -> SinkName { try #require(SinkName(rawValue: name)) }

    static func nonce(_ letter: Character = "n") throws -> OrderNonce {
        try #require(OrderNonce(rawValue: String(repeating: letter, count: 22)))
    }

    /// A callback with the token of order `nonce`, or with none.
    static func callback(
        _ nonce: Character? = "n",
        id: String? = "id1",
        state: OrderState? = .available,
        update: Timestamp? = now,
        body: String = "body",
        peer: String = "192.0.2.1",
        at: Timestamp = now
    ) throws -> ReceivedCallback {
        ReceivedCallback(
            nonce: try nonce.map { try Sample.nonce($0) },
            claim: CallbackClaim(orderID: try id.map { try Sample.id($0) }, state: state, lastUpdate: update),
            body: Array(body.utf8),
            peer: peer,
            receivedAt: at
        )
    }

    static func reading(_ state: OrderState?, id: String = "id1", update: Timestamp? = now) throws -> Order {
        Order(id: try Sample.id(id), state: state, lastUpdate: update)
    }

    /// A context whose routing sends everything to each of the sinks.
    static func context(_ sinks: String..., at: Timestamp = now) throws -> ConfirmationContext {
        ConfirmationContext(now: at, schedule: schedule, routing: try routing(sinks))
    }

    static func routing(_ sinks: [String]) throws -> DeliveryRouting {
        DeliveryRouting(try sinks.map { DeliveryRouting.Route(sink: try sink($0)) })
    }
}

/// Runs `body` with a new ledger that serves, and closes it.
func withLedger<Result>(
    _ configuration: LedgerConfiguration = LedgerConfiguration(reserveBytes: 0),
    isolation: isolated (any Actor)? = #isolation,
    _ body: (_ ledger: SQLiteStore, _ directory: String) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory { directory in
        let ledger = try SQLiteStore.open(at: directory, mode: .serve, configuration: configuration)
        do {
            let result = try await body(ledger, directory)
            await ledger.close()
            return result
        } catch {
            await ledger.close()
            throw error
        }
    }
}

/// Runs `body` with a ledger as it is found after the serving process was killed at this moment.
func withLedgerAfterCrash<Result>(
    of directory: String,
    _ configuration: LedgerConfiguration = LedgerConfiguration(),
    isolation: isolated (any Actor)? = #isolation,
    _ body: (_ ledger: SQLiteStore) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory { parent in
        try copyLedger(from: directory, to: "\(parent)/copy")
        let ledger = try SQLiteStore.open(at: "\(parent)/copy", mode: .serve, configuration: configuration)
        do {
            let result = try await body(ledger)
            await ledger.close()
            return result
        } catch {
            await ledger.close()
            throw error
        }
    }
}

/// Copies a ledger's files as they lie, with nothing of what a living process would still write to them.
func copyLedger(from directory: String, to copy: String) throws {
    try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
    for name in ["ledger.sqlite", "ledger.sqlite-wal"] {
        try FileManager.default.copyItem(atPath: "\(directory)/\(name)", toPath: "\(copy)/\(name)")
    }
}
