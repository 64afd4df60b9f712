import Foundation
import TestSupport
import Testing

/// SQLite's own command line, to look into a ledger, and to damage it, from outside.
enum SQLiteTool {
    private static let path = "/usr/bin/sqlite3"

    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

    /// Runs SQL on the ledger in a directory.
    ///
    /// - Returns: What it prints, without the last newline.
    @discardableResult
    static func run(_ sql: String, in directory: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["-bail", "-cmd", ".timeout 5000", "\(directory)/ledger.sqlite", sql]
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        try process.run()
        let printed = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(sql)")
        return String(decoding: printed, as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    /// Sets columns to what their types forbid, as a damaged page may: `STRICT` is taken off for the moment.
    static func damage(_ table: String, _ change: String, in directory: String) throws {
        let strict = "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = "
        try run("\(strict) replace(sql, ') STRICT', ')') WHERE name = '\(table)'", in: directory)
        try run("UPDATE \(table) SET \(change)", in: directory)
        try run("\(strict) sql || ' STRICT' WHERE name = '\(table)'", in: directory)
    }
}
