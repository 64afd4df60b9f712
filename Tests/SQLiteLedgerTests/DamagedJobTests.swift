import BaseKit
import RicevutaCore
import SQLiteLedger
import TestSupport
import Testing
import Visengine

/// A job whose row has a value of the wrong type, as a damaged page may have: the others go on, and so does it later.
@Suite(.timeLimit(.minutes(1)), .enabled(if: SQLiteTool.isInstalled))
struct DamagedJobTests {
    static let columns = [
        "lane", "subject", "due_ms", "attempt", "revision", "source", "lease_boot", "lease_serial", "lease_until_ms",
        "crashes", "last_reason", "scheduled_ms",
    ]

    @Test(arguments: columns, [JobKind.verify, .deliver])
    func goesOnWithTheOthersAndLaterWithTheDamagedOne(column: String, kind: JobKind) async throws {
        try await withLedger { ledger, directory in
            try await ledger.confirmed(.searching, nonce: "a", id: "ida", sinks: "crm")
            try await ledger.confirmed(.searching, nonce: "b", id: "idb", sinks: "crm")
            let later = Sample.now + .seconds(4000)
            let number = kind == .verify ? 4 : 6
            try SQLiteTool.damage("jobs", "\(column) = x'00' WHERE id = \(number)", in: directory)

            let claimed = try await lease(kind, from: ledger, at: later)

            #expect(claimed == ["idb"])
            #expect(ledger.statistics.unreadableRows == 1)
            let repaired = try await lease(kind, from: ledger, at: later + .seconds(3600))
            #expect(repaired.contains("ida"), "all that matters follows from the job's number")
        }
    }

    private func lease(_ kind: JobKind, from ledger: SQLiteStore, at now: Timestamp) async throws -> [String] {
        switch kind {
        case .verify: try await ledger.leaseVerifications(at: now).compactMap { $0.order.id?.rawValue }
        case .fetch: try await ledger.leaseFetches(at: now).compactMap { $0.order.id?.rawValue }
        case .deliver: try await ledger.leaseDeliveries(at: now).map { $0.notification.orderID.rawValue }
        }
    }
}
