public import BaseKit

/// One input of an item: a member of `json_struttura.campi` (doc), or of Docuengine's `requestStructure.fields`.
public struct ItemField: Sendable, Equatable {
    /// One of the values that a field with choices takes.
    public struct Choice: Sendable, Equatable {
        /// What is sent.
        public var code: String
        /// What people read.
        public var label: String
        /// Whether it is the one taken by default: a leading `@` before its code (guess).
        public var isDefault: Bool

        /// Creates a choice.
        public init(code: String, label: String, isDefault: Bool = false) {
            self.code = code
            self.label = label
            self.isDefault = isDefault
        }
    }

    /// `$0`, `$1`, …; `field0`, … in Docuengine.
    public var key: String
    /// `nome`, for people.
    public var name: String
    /// `tipo`.
    public var type: FieldType
    /// Whether it may stay empty, `null`; `true` when absent, as the item's validation decides then.
    public var isNullable: Bool
    /// `ordine`: where it stands in a form, ascending; 0 when absent.
    public var order: Int
    /// `istruzioni`, plain text.
    public var instructions: String?
    /// `opzioni`: the values to choose from; empty when any is taken.
    public var choices: [Choice]

    /// Creates a field.
    public init(
        key: String,
        name: String,
        type: FieldType,
        isNullable: Bool = true,
        order: Int = 0,
        instructions: String? = nil,
        choices: [Choice] = []
    ) {
        self.key = key
        self.name = name
        self.type = type
        self.isNullable = isNullable
        self.order = order
        self.instructions = instructions
        self.choices = choices
    }

    /// Reads a field; whatever it lacks gets a default, and an unknown type is text.
    public init(key: String, json: JSONValue) {
        let object = json.object ?? JSONObject()
        self.init(
            key: key,
            name: object.first(of: ["nome", "nameIT", "name"])?.string ?? key,
            type: FieldType(wireName: object.first(of: ["tipo", "type"])?.string ?? "testo"),
            isNullable: object["null"]?.bool ?? object["required"]?.bool.map { !$0 } ?? true,
            order: object["ordine"]?.int64.flatMap { Int(exactly: $0) } ?? 0,
            instructions: object.first(of: ["istruzioni", "help"])?.string,
            choices: Self.choices(object.first(of: ["opzioni", "options"]))
        )
    }

    /// An object of codes and labels (page), or a list of `{code, description}` (doc, Docuengine).
    private static func choices(_ json: JSONValue?) -> [Choice] {
        switch json {
        case .object(let object):
            object.members.map { member in
                let isDefault = member.key.hasPrefix("@")
                return Choice(
                    code: isDefault ? String(member.key.dropFirst()) : member.key,
                    label: member.value.text ?? member.key,
                    isDefault: isDefault
                )
            }
        case .array(let elements):
            elements.compactMap { element in
                (element["code"] ?? element).text.map {
                    Choice(code: $0, label: element["description"]?.text ?? $0)
                }
            }
        case .string: choices(json?.embedded)
        default: []
        }
    }
}
