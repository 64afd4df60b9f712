import ArgumentParser
import BaseKit
import Foundation
import SystemPackage

/// How often something is shown again.
struct WatchInterval: ExpressibleByArgument, CustomStringConvertible {
    static let standard = WatchInterval(interval: .seconds(2))

    var interval: Duration

    private init(interval: Duration) { self.interval = interval }

    /// Reads `2s`, `500ms` and the like, from a tenth of a second to a day.
    init?(argument: String) {
        guard let duration = Quantity.duration(argument), duration >= .milliseconds(100), duration <= .seconds(86_400)
        else { return nil }
        interval = duration
    }

    var description: String { Quantity.text(interval) }
}

/// Text on standard output that is shown again and again: in its own place in a terminal, else one block after another.
enum Screen {
    /// Shows a text.
    ///
    /// - Parameters:
    ///   - text: Some lines.
    ///   - head: A line above it.
    static func show(_ text: String, below head: String) {
        guard isatty(STDOUT_FILENO) == 1 else { return Terminal.print("\(head)\n\(text)\n") }
        let shown = TerminalText.escaped("\(head)\n\n\(text)\n", keeping: ["\n"])
        // From the corner on: what is there is written over line by line, so that nothing flickers.
        let lines = shown.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\u{1B}[K\n")
        // A reader that has gone wants no more.
        _ = try? FileDescriptor.standardOutput.writeAll(Array("\u{1B}[H\(lines)\u{1B}[J".utf8))
    }
}
