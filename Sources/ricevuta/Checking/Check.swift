import BaseKit

/// One thing that has to work, and whether it does.
struct Check: Sendable, Equatable {
    /// How it went.
    enum State: String, Sendable, CaseIterable {
        case ok
        /// It works, and somebody should look all the same.
        case warning
        case failed
        /// It could not be tried, which is said elsewhere.
        case skipped

        /// Before a line for people.
        var mark: String {
            switch self {
            case .ok: "✓"
            case .warning: "!"
            case .failed: "✗"
            case .skipped: "-"
            }
        }
    }

    /// What was tried, such as `provider` or `sink folder`.
    var name: String
    var state: State
    /// What was found, in a few words.
    var detail: String
    /// What to do about it.
    var cure: String?

    init(_ name: String, _ state: State, _ detail: String, cure: String? = nil) {
        self.name = name
        self.state = state
        self.detail = detail
        self.cure = cure
    }

    /// The same facts for programs.
    var json: JSONValue {
        [
            "name": .string(name), "state": .string(state.rawValue), "detail": .string(detail),
            "cure": JSONValue(cure),
        ]
    }
}

extension [Check] {
    /// Whether something has to be mended.
    var haveFailed: Bool { contains { $0.state == .failed } }

    /// One line for each, and one more with the cure where there is one.
    func text(marks: Bool) -> String {
        let width = map(\.name.count).max() ?? 0
        let states = map { marks ? $0.state.mark : $0.state.rawValue }
        let margin = states.map(\.count).max() ?? 0
        return zip(self, states).map { check, state in
            let name = check.name + String(repeating: " ", count: width - check.name.count)
            let line = state + String(repeating: " ", count: margin - state.count) + "  \(name)  \(check.detail)"
            let indentation = String(repeating: " ", count: margin + width + 4)
            return line + (check.cure.map { "\n\(indentation)-> \($0)" } ?? "")
        }.joined(separator: "\n")
    }
}
