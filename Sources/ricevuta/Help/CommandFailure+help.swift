import BaseKit
import RicevutaCore

extension CommandFailure {
    /// The line below the message: what to run next, and where more is said.
    var advice: String {
        let more = "`ricevuta help \(code)`"
        guard let next = ErrorTexts(code)?.next else { return "More: \(more)." }
        return "Next: `\(next)`. More: \(more)."
    }

    /// The failure for a program, on one line: `{"error": {"code": "RV-0401", "exitCode": 66, …}}`.
    var json: String {
        let json: JSONValue = [
            "error": [
                "code": .string(code.description), "exitCode": JSONValue(Int(code.exitStatus.rawValue)),
                "message": .string(description), "next": ErrorTexts(code).map { .string($0.next) } ?? nil,
            ]
        ]
        return String(decoding: TerminalText.escaped(json: json.encoded()), as: UTF8.self)
    }
}
