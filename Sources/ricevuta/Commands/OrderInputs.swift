import BaseKit
import Foundation
import Visengine

/// What the user gave for an item's fields, checked by the item's rules.
struct OrderInputs {
    private(set) var values: [String: String] = [:]
    private(set) var options: [String] = []

    /// Reads and checks.
    ///
    /// - Throws: ``CommandFailure`` with every problem, none of which shows a value.
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
            values[key] = value
        }
        for file in files {
            let (key, path) = try Self.pair(file, item)
            guard let data = FileManager.default.contents(atPath: path) else {
                throw CommandFailure(.notFound, "cannot read the file for \(key)")
            }
            let name = (path as NSString).lastPathComponent
            values[key] = FileInput(name: name, mediaType: Self.mediaType(name), content: Array(data)).wireText
        }
        self.options = options.map { text in
            item.options.first { $0.name == text || $0.kind.lowercased() == text.lowercased() }?.name ?? text
        }
        let problems = item.problems(in: values, options: self.options)
        guard problems.isEmpty else {
            throw CommandFailure(
                .badInput,
                "the order is incomplete or invalid:\n" + problems.map { "  \($0)" }.joined(separator: "\n")
            )
        }
    }

    private mutating func read(_ path: String, _ item: ItemDetail) throws(CommandFailure) {
        let data =
            path == "-" ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: path)
        guard let data else { throw CommandFailure(.notFound, "cannot read \(path)") }
        // The file may hold personal data, of which the parser's error could repeat some.
        guard let object = try? JSONValue(parsing: Array(data)).object else {
            throw CommandFailure(.badInput, "\(path) is not a JSON object")
        }
        for member in object.members {
            guard let text = member.value.text else {
                throw CommandFailure(.badInput, "\(path): the value of \(member.key) is neither text nor a number")
            }
            values[Self.key(member.key, item)] = text
        }
    }

    private static func pair(_ text: String, _ item: ItemDetail) throws(CommandFailure) -> (String, String) {
        guard let sign = text.firstIndex(of: "=") else {
            throw CommandFailure(.badInput, "expected FIELD=VALUE")
        }
        return (key(String(text[..<sign]), item), String(text[text.index(after: sign)...]))
    }

    /// `$3`, `3`, or the field's name in any case; anything else is left for the item's rules to refuse.
    private static func key(_ text: String, _ item: ItemDetail) -> String {
        item.fields.first { $0.key == text || $0.key == "$" + text || $0.name.lowercased() == text.lowercased() }?.key
            ?? text
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
