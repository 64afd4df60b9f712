import BaseKit

/// Italian tax codes and VAT numbers, by form and check character (Decreto ministeriale 23 December 1976).
enum TaxCode {
    /// What a text turned out to be.
    enum Verdict {
        case good
        case wrongForm
        case wrongCheck
    }

    /// Checks a person's code.
    ///
    /// It is six letters, two digits, a letter, two digits, a letter and three digits, and the check letter;
    /// in either case. Where people share a code, letters stand for digits (*omocodia*).
    static func checkPerson(_ text: String) -> Verdict {
        let characters = Array(text.uppercased().utf8)
        guard characters.count == 16 else { return .wrongForm }
        for (place, character) in characters.enumerated() {
            let fits =
                switch place {
                case 6, 7, 9, 10, 12, 13, 14: ASCII.isDigit(character) || standIns.contains(character)
                default: ASCII.isLetter(character)
                }
            guard fits else { return .wrongForm }
        }
        guard months.contains(characters[8]) else { return .wrongForm }
        var sum = 0
        for (place, character) in characters.dropLast().enumerated() {
            let value = Int(ASCII.isDigit(character) ? character - UInt8(ascii: "0") : character - UInt8(ascii: "A"))
            // Places count from one in the decree: the first, third, … go through the table.
            sum += place.isMultiple(of: 2) ? oddValues[value] : value
        }
        return UInt8(sum % 26) + UInt8(ascii: "A") == characters[15] ? .good : .wrongCheck
    }

    /// A company's code, or a VAT number: eleven digits, the last by Luhn's rule.
    static func checkCompany(_ text: String) -> Verdict {
        let digits = Array(text.utf8)
        guard digits.count == 11, digits.allSatisfy(ASCII.isDigit) else { return .wrongForm }
        var sum = 0
        for (place, character) in digits.enumerated() {
            let digit = Int(character - UInt8(ascii: "0"))
            let doubled = digit * 2
            sum += place.isMultiple(of: 2) ? digit : (doubled > 9 ? doubled - 9 : doubled)
        }
        return sum.isMultiple(of: 10) ? .good : .wrongCheck
    }

    private static let standIns = Set("LMNPQRSTUV".utf8)
    private static let months = Set("ABCDEHLMPRST".utf8)
    private static let oddValues = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
    ]
}
