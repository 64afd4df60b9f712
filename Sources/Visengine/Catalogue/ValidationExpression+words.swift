extension ValidationExpression {
    /// The expression in words, such as `Nome, Cognome and (Passaporto or Carta d'identità)`.
    ///
    /// - Parameter name: What a field is called, by its key.
    /// - Returns: Nothing when there is no condition.
    public func words(_ name: (String) -> String) -> String {
        switch self {
        case .always: ""
        case .field(let key): name(key)
        case .all(let parts): Self.join(parts.map { $0.operand(name) }, by: "and")
        case .any(let parts): Self.join(parts.map { $0.operand(name) }, by: "or")
        }
    }

    /// What is still missing: the parts that do not hold when these fields are filled.
    public func unmet(byFilled fields: Set<String>) -> [ValidationExpression] {
        guard !isSatisfied(byFilled: fields) else { return [] }
        switch self {
        case .always: return []
        case .field, .any: return [self]
        case .all(let parts): return parts.flatMap { $0.unmet(byFilled: fields) }
        }
    }

    private func operand(_ name: (String) -> String) -> String {
        switch self {
        case .always, .field: words(name)
        case .all(let parts), .any(let parts): parts.count == 1 ? words(name) : "(\(words(name)))"
        }
    }

    private static func join(_ texts: [String], by word: String) -> String {
        guard let last = texts.last, texts.count > 1 else { return texts.first ?? "" }
        return texts.dropLast().joined(separator: ", ") + " \(word) \(last)"
    }
}

extension ItemDetail {
    /// Whether no order of this item can do without the field.
    ///
    /// As in ``problems(in:options:)``: where the validation names the field, it decides alone.
    public func requires(_ field: ItemField) -> Bool {
        guard validation.fields.contains(field.key) else { return !field.isNullable }
        return !validation.isSatisfied(byFilled: Set(fields.map(\.key)).subtracting([field.key]))
    }

    /// What a field is called, by its key.
    public func name(ofField key: String) -> String { fields.first { $0.key == key }?.name ?? key }
}
