/// What a field of an item takes, its `tipo` (seen in published answers and clients).
public enum FieldType: Sendable, Hashable {
    /// `testo`, `string`: any text.
    case text
    /// `email`.
    case email
    /// `file`: a file as `NAME|data:MIME;base64,CONTENT` (doc).
    case file
    /// `denominazione`: a name of a person or a company.
    case denomination
    /// `codice_fiscale_persona_fisica`: the tax code of a person.
    case personTaxCode
    /// `codice_fiscale`, `taxCode`: the tax code of a person, or the eleven digits of a company.
    case taxCode
    /// `partita_iva`: a VAT number; the published client takes a tax code too.
    case vatNumber
    /// `cod_comune`: the land registry's code of a municipality, one letter and three digits.
    case municipalityCode
    /// `cod_provincia`: two letters.
    case provinceCode
    /// `data_iso8601`: despite its name `dd-mm-yyyy`, which is what the published client sends (seen).
    case date
    /// Docuengine's `date`: `yyyy-mm-dd`, or day first as above.
    case isoDate
    /// `radio`, `optionCode`: one of the field's choices.
    case choice
    /// Any other: text, as the list of types is open.
    case other(String)

    /// Reads a `tipo`.
    public init(wireName: String) {
        self = Self.byName[wireName] ?? .other(wireName)
    }

    private static let byName: [String: FieldType] = [
        "testo": .text, "string": .text, "email": .email, "file": .file, "denominazione": .denomination,
        "codice_fiscale_persona_fisica": .personTaxCode, "codice_fiscale": .taxCode, "taxCode": .taxCode,
        "partita_iva": .vatNumber, "cod_comune": .municipalityCode, "cod_provincia": .provinceCode,
        "data_iso8601": .date, "date": .isoDate, "radio": .choice, "select": .choice, "optionCode": .choice,
    ]
}
