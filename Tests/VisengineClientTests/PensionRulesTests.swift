import Testing
import Visengine
import VisengineClient
import VisengineSandbox

/// The form's rules, for the item that the provider's page shows: they refuse what its validation refuses, and no more.
@Suite(.timeLimit(.minutes(1)))
struct PensionRulesTests {
    private static let whole = Samples.values.merging(["$7": "mandato.pdf|data:application/pdf;base64,JVBERi0x"]) { $1 }

    private func withPension(_ body: (VisengineAPI, ItemDetail) async throws -> Void) async throws {
        try await withSandbox { client, _ in
            try await body(client, try await client.readItem(try #require(ItemHash(rawValue: Samples.pension))))
        }
    }

    @Test func thePagesOrderIsGoodAndTaken() async throws {
        try await withPension { client, item in
            #expect(item.fields.allSatisfy { !$0.isNullable })
            #expect(item.problems(in: Self.whole, options: ["opzione_0", "opzione_1"]) == [])

            let placed = try await client.placeOrder(OrderPlacement(item: item.item.hash, values: Self.whole))

            #expect(placed.order?.state == .processing)
        }
    }

    @Test func aFieldIsNeededWhenTheValidationNeedsIt() async throws {
        try await withPension { _, item in
            for number in 0...7 {
                let key = "$\(number)"
                for missing in [nil, "", "  "] as [String?] {
                    var values = Self.whole
                    values[key] = missing

                    let problems = item.problems(in: values)

                    let name = item.fields.first { $0.key == key }?.name
                    let expected = [
                        FieldProblem(field: key, name: name, requirement: .filled),
                        FieldProblem(field: nil, requirement: .combination(item.validation)),
                    ]
                    #expect(problems == (number == 7 ? [] : expected), "\(key)")
                }
            }
        }
    }

    @Test func anEmptyFormIsToldEveryFieldThatIsNeeded() async throws {
        try await withPension { _, item in
            let filled = item.problems(in: [:]).filter { $0.requirement == .filled }

            #expect(filled.map(\.field) == ["$0", "$1", "$4", "$3", "$2", "$5", "$6"])
        }
    }

    @Test(arguments: [
        ("$2", "Email", FieldProblem.Requirement.email), ("$4", "Codice Fiscale", .personTaxCode),
        ("$4", "RSSMRA85T10A562T", .checked), ("$5", "Copia Documento d'identità", .file),
        ("$7", "Copia Mandato di Assistenza e Rappresentanza", .file),
    ])
    func aValueOfAnotherTypeIsRefused(key: String, value: String, requirement: FieldProblem.Requirement) async throws {
        try await withPension { _, item in
            var values = Self.whole
            values[key] = value

            #expect(item.problems(in: values).map(\.requirement) == [requirement])
        }
    }
}
