import GRDB
import RicevutaCore

/// The version of the SQLite library that runs, and whether it can lose transactions when it copies its log.
struct SQLiteVersion: Sendable, Equatable {
    /// As SQLite writes it, for example `3.40.1`.
    let text: String

    /// The library of this process.
    static func current() throws -> SQLiteVersion {
        let text = try DatabaseQueue().read { db in try String.fetchOne(db, sql: "SELECT sqlite_version()") }
        return SQLiteVersion(text: text ?? "unknown")
    }

    /// Whether the WAL-reset bug is fixed in it, as far as the version shows.
    ///
    /// Fixed in 3.51.3, and in 3.44.6 and 3.50.7 for those lines (https://sqlite.org/wal.html#the_wal_reset_bug). A
    /// distribution may have patched an older one without another number.
    var hasWALResetFix: Bool {
        let parts = text.split(separator: ".").map { Int($0) ?? 0 }
        guard parts.count >= 3, parts[0] == 3 else { return (parts.first ?? 0) > 3 }
        return switch parts[1] {
        case 44: parts[2] >= 6
        case 50: parts[2] >= 7
        case 51: parts[2] >= 3
        default: parts[1] > 51
        }
    }

    /// For logs, readiness, metrics and `status`: the version, and what an unfixed one means.
    var engine: LedgerEngine {
        LedgerEngine(
            name: "sqlite",
            version: text,
            note: hasWALResetFix
                ? "WAL-reset bug: fixed" : "WAL-reset bug: not fixed, avoided by checkpoints under the write lock",
            labels: ["wal_reset_fix": hasWALResetFix ? "true" : "false"]
        )
    }
}
