import BaseKit

extension ItemField {
    /// Checks a value by the field's type; an empty one is a problem only where the field must not be empty.
    ///
    /// - Returns: What the field has to be, or `nil` when nothing is wrong.
    public func problem(with value: String) -> FieldProblem? {
        guard value.utf8.contains(where: { !ASCII.isWhitespace($0) }) else {
            return isNullable ? nil : FieldProblem(field: key, name: name, requirement: .filled)
        }
        return unmetRequirement(of: value).map { FieldProblem(field: key, name: name, requirement: $0) }
    }

    private func unmetRequirement(of value: String) -> FieldProblem.Requirement? {
        switch type {
        case .text, .denomination, .other, .choice:
            if choices.isEmpty || choices.contains(where: { $0.code == value }) { return nil }
            return .choice(codes: choices.map(\.code))
        case .email: return Self.isEmail(value) ? nil : .email
        case .file: return FileInput.isWireText(value) ? nil : .file
        case .personTaxCode: return Self.requirement(TaxCode.checkPerson(value), form: .personTaxCode)
        case .taxCode, .vatNumber:
            let isCompany = value.utf8.count == 11
            return Self.requirement(
                isCompany ? TaxCode.checkCompany(value) : TaxCode.checkPerson(value),
                form: .taxCode
            )
        case .municipalityCode:
            let code = Array(value.utf8)
            let fits = code.count == 4 && ASCII.isLetter(code[0]) && code[1...].allSatisfy(ASCII.isDigit)
            return fits ? nil : .municipalityCode
        case .provinceCode:
            return value.utf8.count == 2 && value.utf8.allSatisfy(ASCII.isLetter) ? nil : .provinceCode
        case .date: return CalendarDay.isDayFirst(value) ? nil : .date
        case .isoDate: return CalendarDay.isYearFirst(value) || CalendarDay.isDayFirst(value) ? nil : .isoDate
        }
    }

    private static func requirement(
        _ verdict: TaxCode.Verdict,
        form: FieldProblem.Requirement
    ) -> FieldProblem.Requirement? {
        switch verdict {
        case .good: nil
        case .wrongForm: form
        case .wrongCheck: .checked
        }
    }

    /// One `@` with something before it and a dotted name after it, without spaces: the provider checks the rest.
    private static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard text.utf8.count <= 254, parts.count == 2, !parts[0].isEmpty,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { return false }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return labels.count >= 2 && labels.allSatisfy { !$0.isEmpty && $0.first != "-" && $0.last != "-" }
    }
}

extension ItemDetail {
    /// Checks the values for an order of this item: each by its field's type, then all by the item's validation.
    ///
    /// Which fields have to be filled is for the validation to say (page; the published client looks at nothing else):
    /// a field that says that it must not be empty may be, where the validation names it and holds without it.
    ///
    /// - Parameters:
    ///   - values: by the fields' keys, `$0`, `$1`, ….
    ///   - names: of the options chosen, `opzione_0`.
    /// - Returns: All problems, fields in the order of the form; empty when the provider should take the order.
    public func problems(in values: [String: String], options names: [String] = []) -> [FieldProblem] {
        let known = Set(fields.map(\.key))
        var problems = fields.compactMap { field in
            let problem = field.problem(with: values[field.key] ?? "")
            guard problem?.requirement == .filled, validation.fields.contains(field.key) else { return problem }
            return validation.isSatisfied(byFilled: known.subtracting([field.key])) ? nil : problem
        }
        problems += values.keys.filter { !known.contains($0) }.sorted()
            .map { FieldProblem(field: $0, requirement: .known) }
        problems += names.filter { name in !options.contains { $0.name == name } }
            .map { FieldProblem(field: $0, requirement: .option) }
        let filled = Set(values.filter { $0.value.utf8.contains { !ASCII.isWhitespace($0) } }.keys)
        if !validation.isSatisfied(byFilled: filled) {
            problems.append(FieldProblem(field: nil, requirement: .combination(validation)))
        }
        return problems
    }
}
