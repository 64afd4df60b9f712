import Foundation
import RicevutaCore
import SQLiteLedger
import TestSupport
import Testing

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

/// Expects that an operation throws this error.
func expect<Result>(
    _ error: LedgerError,
    isolation: isolated (any Actor)? = #isolation,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Result
) async {
    await #expect(throws: error, sourceLocation: sourceLocation) { _ = try await body() }
}
