import Foundation

/// What an operator should know of a journal, as its last start left it; read without opening it.
public struct JournalFindings: Equatable, Sendable {
    /// One line for each thing that the last start found.
    public var lines: [String]
    /// Copies of damaged places that lie beside the journal's files until somebody removes them.
    public var copies: Int
    /// Callbacks that the ledger could not write, each in a file of its own.
    public var quarantined: Int

    static let copyPrefix = "damaged-"
    private static let name = "findings.txt"

    /// Reads them; a directory that is not there has none.
    public init(at directory: String) {
        // Missing is nothing found.
        let text = try? String(contentsOfFile: "\(directory)/\(Self.name)", encoding: .utf8)
        lines = (text ?? "").split(separator: "\n").map(String.init)
        // As above.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        copies = names.count { $0.hasPrefix(Self.copyPrefix) }
        quarantined = names.count { QuarantinedCallbacks.number(of: $0) != nil }
    }

    static func write(_ lines: [String], to directory: String) {
        let path = "\(directory)/\(name)"
        if lines.isEmpty {
            try? FileManager.default.removeItem(atPath: path)  // There seldom is one.
        } else {
            // The log has the same lines.
            try? (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
        }
    }
}
