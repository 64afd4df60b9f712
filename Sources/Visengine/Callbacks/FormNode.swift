import BaseKit

/// One level of a form's nested names while it is being read.
struct FormNode {
    private var text: String?
    private var keys: [String] = []
    private var children: [String: FormNode] = [:]
    private var next = 0

    /// Puts a value at a path; of values at the same path the last one stays, and a value gives way to children.
    mutating func insert(_ value: String, at path: ArraySlice<String>) {
        guard let first = path.first else {
            text = value
            return
        }
        // An empty pair of brackets is the next number; a field without a name keeps none.
        let key = first.isEmpty && isNested ? String(next) : first
        if children[key] == nil { keys.append(key) }
        if let number = Int(key), number >= next, number < FormBody.fieldLimit { next = number + 1 }
        children[key, default: FormNode(isNested: true)].insert(value, at: path.dropFirst())
    }

    private let isNested: Bool

    /// Creates the root, or the place below a name.
    init(isNested: Bool = false) { self.isNested = isNested }

    /// The level as JSON.
    var value: JSONValue {
        if children.isEmpty { return isNested ? .string(text ?? "") : .object(JSONObject()) }
        if isNested, next == keys.count, keys.enumerated().allSatisfy({ $0.element == String($0.offset) }) {
            return .array(keys.compactMap { children[$0]?.value })
        }
        return .object(JSONObject(unique: keys.compactMap { key in children[key].map { .init(key, $0.value) } }))
    }
}
