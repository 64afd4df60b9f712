import BaseKit
package import RicevutaCore
import Yams

extension ConfigurationDocument {
    /// A JSON Schema (2020-12) of the configuration file, for editors; as JSON text with a line feed at its end.
    ///
    /// It says less than the program's own checks: ranges of durations and sizes, and combinations, are theirs.
    ///
    /// - Parameter sinkTypes: The types that sinks can have.
    /// - Returns: The text.
    package static func schema(sinkTypes: [any SinkType]) -> String {
        var root = section(ConfigurationTable(sinkTypes: sinkTypes).keys)
        root["$defs"] = ["secret": secret()]
        let head: JSONObject = [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": "urn:ricevuta:configuration",
            "title": "ricevuta configuration",
        ]
        let schema = JSONValue.object(JSONObject(head.members + root.members))
        return String(decoding: schema.encoded(pretty: true), as: UTF8.self) + "\n"
    }

    private static func section(_ keys: [SettingKey]) -> JSONObject {
        var object = open(keys)
        object["additionalProperties"] = false
        return object
    }

    /// A section that may have other keys, too.
    private static func open(_ keys: [SettingKey]) -> JSONObject {
        var object: JSONObject = ["type": "object"]
        object["properties"] = .object(JSONObject(keys.map { JSONObject.Member($0.name, property($0)) }))
        let required = keys.filter(\.isRequired)
        if !required.isEmpty { object["required"] = names(required) }
        return object
    }

    /// A section whose other keys are those of its type.
    private static func section(_ section: TypedSection) -> JSONObject {
        var object = open(section.common)
        object["allOf"] = .array(
            section.variants.map { variant in
                [
                    "if": [
                        "properties": [TypedSection.selector: ["const": .string(variant.name)]],
                        "required": [.string(TypedSection.selector)],
                    ],
                    "then": .object(open(variant.keys)),
                ]
            }
        )
        object["unevaluatedProperties"] = false
        return object
    }

    private static func property(_ key: SettingKey) -> JSONValue {
        var object = kind(key.kind)
        // Nothing stands for an empty section or list, unless something has to be in it.
        if key.kind.mayBeEmpty, !key.isRequired, let type = object["type"] { object["type"] = [type, "null"] }
        object["description"] = .string(key.comment)
        if case .standsFor(let text) = key.absence { object["default"] = json(TableDefaults.node(text), key.kind) }
        return .object(object)
    }

    private static func kind(_ kind: SettingKind) -> JSONObject {
        switch kind {
        case .text(let form):
            var object: JSONObject = ["type": "string"]
            if let pattern = form.pattern { object["pattern"] = .string(pattern) }
            return object
        case .path: return self.kind(.text(SettingKind.pathForm))
        case .choice(let names): return ["enum": .array(names.map { .string($0) })]
        case .integer(let range):
            return ["type": "integer", "minimum": JSONValue(range.lowerBound), "maximum": JSONValue(range.upperBound)]
        case .number(let range):
            return ["type": "number", "minimum": JSONValue(range.lowerBound), "maximum": JSONValue(range.upperBound)]
        case .duration: return ["type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$"]
        case .size(let range):
            return [
                "type": ["string", "integer"], "pattern": "^[0-9]+(KiB|MiB|GiB|TiB)?$",
                "minimum": JSONValue(range.lowerBound), "maximum": JSONValue(range.upperBound),
            ]
        case .secret: return ["$ref": "#/$defs/secret"]
        case .list(let element, let least):
            var object: JSONObject = ["type": "array", "items": .object(self.kind(element))]
            if least > 0 { object["minItems"] = JSONValue(least) }
            return object
        case .section(let keys): return section(keys)
        case .typed(let keys): return section(keys)
        }
    }

    private static func secret() -> JSONValue {
        let properties = SecretSource.keys.map {
            JSONObject.Member($0, ["type": "string", "minLength": 1])
        }
        return [
            "type": "object", "description": .string(SecretSource.expectation), "additionalProperties": false,
            "properties": .object(JSONObject(properties)), "minProperties": 1, "maxProperties": 1,
        ]
    }

    private static func names(_ keys: [SettingKey]) -> JSONValue { .array(keys.map { .string($0.name) }) }

    private static func json(_ node: Node, _ kind: SettingKind) -> JSONValue {
        if let elements = node.sequence, case .list(let element, _) = kind {
            return .array(elements.map { json($0, element) })
        }
        let text = node.scalar?.string ?? ""
        switch kind {
        case .integer, .number: return .number(text)
        default: return .string(text)
        }
    }
}

extension SettingKey {
    /// Whether the file is refused without the key; so it is without a section that has such a key.
    fileprivate var isRequired: Bool {
        switch (absence, kind) {
        case (.refused, _): true
        case (.section, .section(let keys)): keys.contains(where: \.isRequired)
        default: false
        }
    }
}
