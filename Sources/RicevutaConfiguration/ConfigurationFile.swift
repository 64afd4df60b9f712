import FoundationEssentials
import RicevutaCore
import Yams

/// The file, from its path to its YAML nodes.
struct ConfigurationFile {
    let table: ConfigurationTable

    /// Reads the text of a file.
    static func read(_ path: String) throws(ConfigurationFailure) -> String {
        guard FileManager.default.fileExists(atPath: path) else {
            throw failure(path, "file not found; `ricevuta init` writes a ricevuta.yaml")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw failure(path, "cannot read the file; check that it is a regular file and its permissions")
        }
        guard data.count <= 1 << 20 else { throw failure(path, "the file is larger than 1 MiB") }
        guard let text = String(validating: data, as: UTF8.self) else { throw failure(path, "the file is not UTF-8") }
        // Editors on Windows begin a file with a byte order mark, which is not part of its text.
        return text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    }

    /// Reads the text as one YAML document.
    func parse(_ text: String, of path: String) throws(ConfigurationFailure) -> Node {
        let node: Node?
        do {
            node = try compose(yaml: text)
        } catch let error as YamlError {
            throw failure(path, error, in: text)
        } catch {
            throw Self.failure(path, "invalid YAML", .configurationSyntax)
        }
        guard let node, node.scalar?.string.isEmpty != true else {
            throw Self.failure(
                path,
                "the file is empty; `ricevuta config example` prints an example",
                .configurationSyntax
            )
        }
        return node
    }

    private static func failure(
        _ path: String,
        _ message: String,
        _ code: ErrorCode = .configurationMissing
    ) -> ConfigurationFailure {
        ConfigurationFailure([
            ConfigurationProblem(file: path, line: 0, column: 0, key: "", message: message, code: code)
        ])
    }

    /// Of the parser's words only those that hold nothing of the file's text.
    private func failure(_ path: String, _ error: YamlError, in text: String) -> ConfigurationFailure {
        let found: [(line: Int, column: Int, message: String)] =
            switch error {
            case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
                .composer(let context, let problem, let mark, _):
                [Self.place(problem, at: mark, context)]
            case .duplicatedKeysInMapping(let keys, let context): duplicates(keys, first: context.mark, in: text)
            case .reader(_, let offset, _, _):
                [Self.place(of: offset ?? 0, in: text)].map {
                    ($0.line, $0.column, "invalid YAML: character not allowed")
                }
            default: []
            }
        guard !found.isEmpty else { return Self.failure(path, "invalid YAML", .configurationSyntax) }
        return ConfigurationFailure(
            found.map {
                ConfigurationProblem(
                    file: path,
                    line: $0.line,
                    column: $0.column,
                    key: "",
                    message: $0.message,
                    code: .configurationSyntax
                )
            }
        )
    }

    /// Where a mistake is: where the parser stopped, unless a quote was left open before, which is the likelier place.
    private static func place(
        _ problem: String,
        at mark: Mark,
        _ context: YamlError.Context?
    ) -> (line: Int, column: Int, message: String) {
        guard let context, (context.mark.line, context.mark.column) != (mark.line, mark.column) else {
            return (mark.line, mark.column, "invalid YAML: \(problem)")
        }
        if context.text.contains("quoted scalar"), problem.contains("unexpected end") {
            return (context.mark.line, context.mark.column, "invalid YAML: the quote that starts here is not closed")
        }
        let opened = "; the bracket at \(context.mark.line):\(context.mark.column) may not be closed"
        return (mark.line, mark.column, "invalid YAML: \(problem)" + (context.text.contains("flow") ? opened : ""))
    }

    /// The line and the column of a byte.
    private static func place(of offset: Int, in text: String) -> (line: Int, column: Int) {
        let before = String(decoding: text.utf8.prefix(offset), as: UTF8.self).unicodeScalars
        let line = before.split(separator: "\n", omittingEmptySubsequences: false)
        return (line.count, (line.last?.count ?? 0) + 1)
    }

    /// Each key that stands in its section again, with the place of the first.
    private func duplicates(
        _ keys: [String],
        first: Mark,
        in text: String
    ) -> [(line: Int, column: Int, message: String)] {
        let known = Set(UnknownKey.paths(table.keys, below: "").map(\.name))
        func message(_ key: String) -> String { known.contains(key) ? "duplicate key \(key)" : "duplicate key" }
        let repetitions = DuplicateKeys.all(keys, in: text)
        guard !repetitions.isEmpty else { return [(first.line, first.column, message(keys.first ?? ""))] }
        return repetitions.map { repetition in
            let place = "\(repetition.first.line):\(repetition.first.column)"
            return (repetition.again.line, repetition.again.column, "\(message(repetition.key)); first at \(place)")
        }
    }
}
