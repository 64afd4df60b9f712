import BaseKit
import Foundation
import SystemPackage

/// Standard output and standard error, written at once and as a whole.
///
/// Whatever is written here comes out with control characters and turns of direction escaped (``TerminalText``), line
/// feeds aside: much of it was written by others.
enum Terminal {
    /// Writes a result.
    static func print(_ text: String) {
        // A reader that has gone wants no more.
        _ = try? FileDescriptor.standardOutput.writeAll(Array((safe(text) + "\n").utf8))
    }

    /// Writes a result as JSON.
    static func print(_ json: JSONValue) { print(json: json.encoded(pretty: true)) }

    /// Writes JSON that is encoded already.
    static func print(json bytes: [UInt8]) {
        // As above.
        _ = try? FileDescriptor.standardOutput.writeAll(TerminalText.escaped(json: bytes) + [UInt8(ascii: "\n")])
    }

    private static func safe(_ text: String) -> String { TerminalText.escaped(text, keeping: ["\n"]) }

    /// Writes a note to the user, beside the result.
    static func note(_ text: String) { write(text + "\n") }

    /// Writes that what was asked for waits for a service.
    static func noteThatNothingServes() {
        note("no `ricevuta serve` is running: nothing is read, fetched or delivered until one is started")
    }

    /// Writes to standard error; when that is gone there is nobody to tell.
    static func write(_ text: String) { write(raw: safe(text)) }

    /// The same with the program's own control sequences; what others wrote has been escaped.
    static func write(raw text: String) { _ = try? FileDescriptor.standardError.writeAll(Array(text.utf8)) }

    /// What stands before the program's own errors.
    static let prefix = "ricevuta: "

    /// Whether a person looks at standard error.
    static var isWatched: Bool { isatty(STDERR_FILENO) == 1 }

    /// Whether a person can answer a question.
    static var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isWatched }

    /// Asks a question that `y` answers with yes.
    static func confirm(_ question: String) -> Bool { isYes(ask("\(question) [y/N] ") ?? "") }

    /// Asks for a line; `nil` when the input has ended.
    static func ask(_ prompt: String) -> String? {
        write(prompt)
        return readLine()
    }

    /// Whether an answer means yes.
    static func isYes(_ answer: String) -> Bool { ["y", "yes", "s", "si", "sì"].contains(answer.lowercased()) }
}
