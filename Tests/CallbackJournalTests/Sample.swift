import BaseKit
import CallbackJournal
import Foundation
import RicevutaCore
import TestSupport
import Testing
import Visengine

/// Values that the tests share.
enum Sample {
    /// Hands over at once, tries again at once, and keeps small files.
    static let configuration = JournalConfiguration(
        interval: .zero,
        retryInterval: .milliseconds(1),
        segmentBytes: 64 << 10
    )

    /// A callback about an order of its own.
    static func callback(_ number: Int, filler: Int = 0) throws -> ReceivedCallback {
        let body =
            #"{"_id": "order\#(number)", "stato_richiesta": "Dati disponibili", "timestamp_last_update": 1800000000, "#
            + #""x": "\#(String(repeating: "x", count: filler))"}"#
        let nonce: OrderNonce = try #require(OrderNonce(rawValue: String(repeating: "n", count: 22)))
        return ReceivedCallback(
            provider: .visengine,
            nonce: nonce,
            keyID: "k1",
            isRetiredKey: number % 2 == 1,
            claim: try CallbackDecoder.decode(body: Array(body.utf8), contentType: "application/json"),
            body: Array(body.utf8),
            contentType: "application/json",
            peer: "192.0.2.\(number % 250)",
            receivedAt: Timestamp(milliseconds: 1_800_000_000_123 + Int64(number))
        )
    }
}

extension Journal {
    /// Records a callback.
    func record(_ callback: ReceivedCallback, completion: @escaping @Sendable (JournalOutcome) -> Void) {
        record([RecordEntry(callback, completion: completion)])
    }

    /// Records a callback and waits for its answer.
    func record(_ callback: ReceivedCallback) async -> JournalOutcome {
        await withCheckedContinuation { continuation in
            record(callback) { continuation.resume(returning: $0) }
        }
    }
}

/// Runs `body` with a new journal, and closes it.
func withJournal<Result>(
    of ledger: FaultyLedger,
    newest: Int64 = 0,
    _ configuration: JournalConfiguration = Sample.configuration,
    isolation: isolated (any Actor)? = #isolation,
    _ body: (_ journal: Journal, _ directory: String) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory { parent in
        let directory = "\(parent)/journal"
        let journal = try Journal(at: directory, ledger: ledger, newest: newest, configuration: configuration)
        do {
            let result = try await body(journal, directory)
            ledger.behave(.takes)
            await journal.close()
            return result
        } catch {
            ledger.behave(.takes)
            await journal.close()
            throw error
        }
    }
}

/// What a new process hands over that finds the files as they lie at this moment, after `damage` was done to them.
func recovered(
    from directory: String,
    damage: (_ directory: String) throws -> Void = { _ in }
) async throws -> (callbacks: [ReceivedCallback], statistics: JournalStatistics) {
    try await withTemporaryDirectory { parent in
        let copy = "\(parent)/copy"
        try copyJournal(from: directory, to: copy)
        try damage(copy)
        let ledger = FaultyLedger()
        let journal = try Journal(at: copy, ledger: ledger, newest: 0, configuration: Sample.configuration)
        let statistics = journal.statistics
        await journal.close()
        return (ledger.taken, statistics)
    }
}

/// Copies a journal's files as they lie, beside a journal that may be making new ones meanwhile.
func copyJournal(from directory: String, to copy: String) throws {
    try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
    for name in try FileManager.default.contentsOfDirectory(atPath: directory) where !name.hasPrefix(".new-") {
        // A name that begins like this is a file that is being made: it may get its own at any moment, and is nothing
        // yet.
        try FileManager.default.copyItem(atPath: "\(directory)/\(name)", toPath: "\(copy)/\(name)")
    }
}

/// The names of a journal's segments, oldest first.
func segments(in directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasPrefix("journal-") }.sorted()
}
