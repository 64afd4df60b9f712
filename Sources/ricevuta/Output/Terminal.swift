import Foundation
import SystemPackage
import Visengine

/// Standard output and standard error, written at once and as a whole.
enum Terminal {
    /// Writes a result.
    static func print(_ text: String) {
        // A reader that has gone wants no more.
        _ = try? FileDescriptor.standardOutput.writeAll(Array((text + "\n").utf8))
    }

    /// Writes a result as JSON.
    static func print(_ json: JSONValue) { print(String(decoding: json.encoded(pretty: true), as: UTF8.self)) }

    /// Writes a note to the user, beside the result.
    static func note(_ text: String) { write(text + "\n") }

    /// Writes to standard error; when that is gone there is nobody to tell.
    static func write(_ text: String) { _ = try? FileDescriptor.standardError.writeAll(Array(text.utf8)) }

    /// Writes why a command failed.
    static func complain(_ text: String) { note("ricevuta: " + text) }

    /// Whether a person looks at standard error.
    static var isWatched: Bool { isatty(STDERR_FILENO) == 1 }

    /// Whether a person can answer a question.
    static var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isWatched }

    /// Asks a question that `y` answers with yes.
    static func confirm(_ question: String) -> Bool {
        write("\(question) [y/N] ")
        return ["y", "yes", "s", "si", "sì"].contains(readLine()?.lowercased() ?? "")
    }
}
