import BaseKit
import Foundation
import RicevutaCore
import Visengine

/// What the user gave for an item's fields.
struct OrderInputs {
    /// By the fields' keys.
    var values: [String: String] = [:]
    /// The names of the options chosen.
    var options: [String] = []

    /// Reads what was given; whether the item takes it, ``check(for:)`` says.
    ///
    /// - Throws: ``CommandFailure`` when something cannot be read.
    init(
        _ item: ItemDetail,
        fields: [String],
        files: [String],
        values path: String?,
        options: [String]
    )
        throws(CommandFailure)
    {
        if let path { try read(path, item) }
        for field in fields {
            let (key, value) = try Self.pair(field, item)
            set(value, for: key, item)
        }
        for file in files {
            let (key, path) = try Self.pair(file, item)
            do throws(FileFailure) {
                values[key] = try Self.file(path)
            } catch {
                throw CommandFailure(.inputUnreadable, "\(item.name(ofField: key)): \(error)")
            }
        }
        self.options = options.map { text in
            item.options.first { $0.name == text || $0.kind.lowercased() == text.lowercased() }?.name ?? text
        }
    }

    /// Sees to it that the item takes what was given.
    ///
    /// - Throws: ``CommandFailure`` with every problem, none of which shows a value.
    func check(for item: ItemDetail) throws(CommandFailure) {
        let problems = item.problems(in: values, options: options)
        guard !problems.isEmpty else { return }
        let lines = problems.map { "  \(Self.text(of: $0, item, filled: filled))" }
        throw CommandFailure(
            .orderInvalid,
            "the order is incomplete or invalid:\n\(lines.joined(separator: "\n"))\n"
                + "`ricevuta item show \(item.item.hash)` shows what the item wants"
        )
    }

    /// The keys of the fields that have a value.
    var filled: Set<String> {
        Set(values.filter { $0.value.contains { !$0.isWhitespace } }.keys)
    }

    /// Takes a value, a choice by its code or its label.
    mutating func set(_ value: String, for key: String, _ item: ItemDetail) {
        let choices = item.fields.first { $0.key == key }?.choices ?? []
        let isCode = choices.contains { $0.code == value }
        let byLabel = choices.first { $0.label.lowercased() == value.lowercased() }
        values[key] = isCode ? value : byLabel?.code ?? value
    }

    /// Reads a file as the provider takes it.
    ///
    /// - Parameter path: Its path; `~/` is the user's home.
    /// - Returns: Name, media type and content in one text.
    /// - Throws: `FileFailure`, also when the content is not what the name says.
    static func file(_ path: String) throws(FileFailure) -> String {
        let path = (path as NSString).expandingTildeInPath
        let data: Data
        do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
            throw FileFailure(operation: "read", path: path, error)
        }
        let name = (path as NSString).lastPathComponent
        guard isWhatItIsCalled(name, data) else {
            throw FileFailure(operation: "use", path: path, code: 0, reason: "its content is not what its name says")
        }
        return FileInput(name: name, mediaType: mediaType(name), content: Array(data)).wireText
    }

    /// One problem as a sentence, with labels instead of codes and names instead of keys.
    private static func text(of problem: FieldProblem, _ item: ItemDetail, filled: Set<String>) -> String {
        switch problem.requirement {
        case .combination(let expression):
            let missing = expression.unmet(byFilled: filled).map { $0.words(item.name(ofField:)) }
            return "also required: \(missing.joined(separator: "; "))"
        case .choice:
            let choices = item.fields.first { $0.key == problem.field }?.choices ?? []
            let texts = choices.map { $0.code == $0.label ? $0.code : "\($0.code) (\($0.label))" }
            return "\(problem.field ?? "") (\(problem.name ?? "")) must be one of \(texts.joined(separator: ", "))"
        case .option:
            let names = item.options.map { "\($0.kind) (\($0.priceText))" }.joined(separator: ", ")
            return "\(problem); " + (names.isEmpty ? "it has none" : "it has \(names)")
        default: return problem.description
        }
    }

    private mutating func read(_ path: String, _ item: ItemDetail) throws(CommandFailure) {
        let data: Data
        do {
            data =
                path == "-"
                ? FileHandle.standardInput.readDataToEndOfFile() : try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw CommandFailure(.inputUnreadable, FileFailure(operation: "read", path: path, error).description)
        }
        // The file may hold personal data, of which the parser's error could repeat some.
        guard let object = try? JSONValue(parsing: Array(data)).object else {
            throw CommandFailure(.inputInvalid, "\(path) is not a JSON object")
        }
        for member in object.members {
            guard let text = member.value.text else {
                throw CommandFailure(.inputInvalid, "\(path): the value of \(member.key) is neither text nor a number")
            }
            set(text, for: Self.key(member.key, item), item)
        }
    }

    private static func pair(_ text: String, _ item: ItemDetail) throws(CommandFailure) -> (String, String) {
        guard let sign = text.firstIndex(of: "=") else {
            throw CommandFailure(.inputInvalid, "expected FIELD=VALUE")
        }
        return (key(String(text[..<sign]), item), String(text[text.index(after: sign)...]))
    }

    /// `$3`, `3`, or the field's name in any case; anything else is left for the item's rules to refuse.
    private static func key(_ text: String, _ item: ItemDetail) -> String {
        item.fields.first { $0.key == text || $0.key == "$" + text || $0.name.lowercased() == text.lowercased() }?.key
            ?? text
    }

    /// Whether a file begins as its extension promises; of other extensions nothing is known.
    private static func isWhatItIsCalled(_ name: String, _ data: Data) -> Bool {
        switch (name as NSString).pathExtension.lowercased() {
        case "pdf": data.prefix(1024).firstRange(of: Data("%PDF-".utf8)) != nil
        case "jpg", "jpeg": data.starts(with: [0xFF, 0xD8, 0xFF])
        case "png": data.starts(with: [0x89, 0x50, 0x4E, 0x47])
        default: true
        }
    }

    private static func mediaType(_ name: String) -> String {
        switch (name as NSString).pathExtension.lowercased() {
        case "pdf": "application/pdf"
        case "jpg", "jpeg": "image/jpeg"
        case "png": "image/png"
        case "p7m": "application/pkcs7-mime"
        default: "application/octet-stream"
        }
    }
}
