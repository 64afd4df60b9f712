import BaseKit
import Visengine

extension CatalogueItem {
    /// For programs.
    var summary: JSONValue {
        ["hash": .string(hash.rawValue), "name": .string(name), "category": .string(category)]
    }
}

extension ItemDetail {
    /// What the item wants, for people.
    var text: String {
        var parts = [Listing.table(head)]
        let instructions = instructions.map { HTMLText.plain($0) } ?? ""
        if !instructions.isEmpty { parts.append(instructions) }
        if !fields.isEmpty { parts.append("Fields:\n" + fields.map(text).joined(separator: "\n")) }
        let condition = validation.words(name(ofField:))
        if !condition.isEmpty { parts.append("To be filled: \(condition)") }
        if !options.isEmpty {
            parts.append(
                "Options (--option):\n" + Listing.table(options.map { ["  \($0.kind)", $0.priceText, $0.name] })
            )
        }
        let search = searchInstructions.map { HTMLText.plain($0) } ?? ""
        if !search.isEmpty { parts.append("Choosing a search result:\n\(search)") }
        return parts.joined(separator: "\n\n")
    }

    private var head: [[String]] {
        var rows = [
            ["item", item.name], ["hash", item.hash.rawValue], ["category", item.category],
            ["price", price.map { "\($0) EUR" } ?? "unknown"],
        ]
        if hasSearch { rows.append(["search", "yes" + (searchPrice.map { ", \($0) EUR each" } ?? "")]) }
        rows.append(["document", isSynchronous ? "with the answer" : "later"])
        return rows
    }

    private func text(of field: ItemField) -> String {
        var lines = ["  \(field.key)  \(field.name)  (\(field.type.words)\(requires(field) ? ", required" : ""))"]
        if let help = field.instructions.map({ HTMLText.plain($0) }), !help.isEmpty {
            lines += help.split(separator: "\n").map { "      \($0)" }
        }
        lines += field.choices.map { choice in
            let code = choice.code == choice.label ? "" : " (\(choice.code))"
            return "      - \(choice.label)\(code)\(choice.isDefault ? ", the default" : "")"
        }
        return lines.joined(separator: "\n")
    }

    /// The same for programs.
    var json: JSONValue {
        [
            "hash": .string(item.hash.rawValue), "name": .string(item.name), "category": .string(item.category),
            "price": price?.json ?? .null, "searchPrice": searchPrice?.json ?? .null, "hasSearch": .bool(hasSearch),
            "isSynchronous": .bool(isSynchronous),
            "instructions": JSONValue(instructions.map { HTMLText.plain($0) }),
            "searchInstructions": JSONValue(searchInstructions.map { HTMLText.plain($0) }),
            "validation": [
                "expression": .string(validation.description), "words": .string(validation.words(name(ofField:))),
            ],
            "fields": .array(fields.map { $0.json(isRequired: requires($0)) }),
            "options": .array(
                options.map {
                    ["name": .string($0.name), "kind": .string($0.kind), "price": $0.price?.json ?? .null]
                }
            ),
        ]
    }
}

extension ItemField {
    fileprivate func json(isRequired: Bool) -> JSONValue {
        [
            "key": .string(key), "name": .string(name), "type": .string(type.words), "required": .bool(isRequired),
            "instructions": JSONValue(instructions.map { HTMLText.plain($0) }),
            "choices": .array(
                choices.map {
                    ["code": .string($0.code), "label": .string($0.label), "default": .bool($0.isDefault)]
                }
            ),
        ]
    }
}

extension ItemOption {
    /// What it costs, in words.
    var priceText: String { price.map { "\($0) EUR" } ?? "unknown price" }
}

extension FieldType {
    /// What is to be entered.
    var words: String {
        switch self {
        case .text, .other: "text"
        case .email: "e-mail address"
        case .file: "file"
        case .denomination: "name of a person or company"
        case .personTaxCode: "tax code of a person"
        case .taxCode: "tax code"
        case .vatNumber: "VAT number"
        case .municipalityCode: "municipality code, such as H501"
        case .provinceCode: "province, two letters"
        case .date: "date, dd-mm-yyyy"
        case .isoDate: "date, yyyy-mm-dd"
        case .choice: "choice"
        }
    }
}
