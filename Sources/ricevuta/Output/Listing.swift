import BaseKit

/// Rows for people, and the same facts as JSON.
struct Listing {
    /// What to say when there are no rows.
    var empty: String
    /// The columns' headings.
    var columns: [String]
    /// Each as many cells as there are columns.
    var rows: [[String]]
    /// The same for programs.
    var json: JSONValue

    /// Prints one or the other.
    func print(asJSON: Bool) {
        if asJSON { return Terminal.print(json) }
        Terminal.print(rows.isEmpty ? empty : Self.table([columns] + rows))
    }

    /// A table with a title and headings; `nil` without rows.
    static func section(_ title: String, _ columns: [String], _ rows: [[String]]) -> String? {
        rows.isEmpty ? nil : title + "\n" + table([columns] + rows)
    }

    /// Columns as wide as their widest cell, two spaces apart; no line has blanks at its end.
    static func table(_ rows: [[String]]) -> String {
        let rows = rows.map { $0.map { TerminalText.escaped($0) } }
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                line += cell
                if column < row.count - 1 { line += String(repeating: " ", count: widths[column] - cell.count + 2) }
            }
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }
}

extension Timestamp {
    /// Without the milliseconds: `2026-03-01 09:30:00Z`.
    var short: String {
        let text = description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))Z"
    }
}
