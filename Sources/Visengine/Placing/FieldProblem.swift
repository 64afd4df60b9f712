/// What is wrong with one input of an order: which field, and what it has to be.
///
/// Never the value: it is personal data.
public struct FieldProblem: Error, Sendable, Equatable {
    /// What a field has to be.
    public enum Requirement: Sendable, Equatable {
        /// Not empty.
        case filled
        /// A field of the item: there is none with this key.
        case known
        /// An e-mail address.
        case email
        /// `NAME|data:MIME;base64,CONTENT`.
        case file
        /// The 16 characters of a person's tax code.
        case personTaxCode
        /// The 16 characters of a person's tax code, or the 11 digits of a company's.
        case taxCode
        /// One letter and three digits.
        case municipalityCode
        /// Two letters.
        case provinceCode
        /// A day of the calendar as `dd-mm-yyyy`.
        case date
        /// A day of the calendar as `yyyy-mm-dd` or `dd-mm-yyyy`.
        case isoDate
        /// One of these codes.
        case choice(codes: [String])
        /// Filled so that the item's validation holds.
        case combination(ValidationExpression)
        /// An option of the item: there is none with this name.
        case option
        /// Text that its check digit confirms: something was mistyped.
        case checked
    }

    /// The field's key, `$3`; `nil` when it is about all of them.
    public var field: String?
    /// The field's name, for people.
    public var name: String?
    /// What it has to be.
    public var requirement: Requirement

    /// Creates a problem.
    public init(field: String?, name: String? = nil, requirement: Requirement) {
        self.field = field
        self.name = name
        self.requirement = requirement
    }
}

extension FieldProblem: CustomStringConvertible {
    /// One sentence that says what to do.
    public var description: String {
        let subject = field.map { key in name.map { "\(key) (\($0))" } ?? key } ?? "the fields"
        return "\(subject) \(requirement)"
    }
}

extension FieldProblem.Requirement: CustomStringConvertible {
    /// The rest of a sentence that begins with the field.
    public var description: String {
        switch self {
        case .filled: "must not be empty"
        case .known: "is not a field of this item"
        case .email: "must be an e-mail address"
        case .file: "must be a file as NAME|data:MIME;base64,CONTENT"
        case .personTaxCode: "must be a person's tax code of 16 characters"
        case .taxCode: "must be a tax code of 16 characters or 11 digits"
        case .municipalityCode: "must be a municipality's code: one letter and three digits"
        case .provinceCode: "must be a province's code: two letters"
        case .date: "must be a date as dd-mm-yyyy"
        case .isoDate: "must be a date as yyyy-mm-dd or dd-mm-yyyy"
        case .choice(let codes): "must be one of \(codes.joined(separator: ", "))"
        case .combination(let expression): "must satisfy: \(expression)"
        case .option: "is not an option of this item"
        case .checked: "has a wrong check digit (typo?)"
        }
    }
}
