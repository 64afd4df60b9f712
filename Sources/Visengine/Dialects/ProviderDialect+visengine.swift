import BaseKit

extension ProviderDialect {
    /// Visengine (doc).
    ///
    /// - Parameter documentPath: The path of the document call, before `/` and the order's id.
    /// - Returns: The dialect.
    public static func visengine(documentPath: String = "/documento") -> ProviderDialect {
        ProviderDialect(
            paths: Paths(
                catalogue: "/visure",
                item: { "/visure/\($0)" },
                orders: "/richiesta",
                order: { "/richiesta/\($0)" },
                searchChoice: { "/richiesta/\($0)/ricerche" },
                document: { "\(documentPath)/\($0)" }
            ),
            bodies: Bodies(
                placement: VisengineBody.placement,
                changes: VisengineBody.changes,
                search: { ["json_visura": .object(VisengineBody.inputs($0))] },
                choice: { ["id_ricerca": .string($0), "indice": JSONValue($1)] }
            ),
            errors: visengineErrors
        )
    }

    private static let visengineErrors = ProviderErrorTable(
        [
            .wrongItemHash: .init("no catalogue item has this hash"),
            .invalidOrderID: .init("invalid order ID"),
            .unknownOrder: .init("order not found in the account"),
            .noOrders: .init("the account has no orders", .emptyList),
            .itemHashRequired: .init("missing item hash"),
            .invalidField: .init("invalid field"),
            .insufficientCredit: .init("\(ProviderErrorTable.insufficientCredit) for the order"),
            .invalidOrderIDForSearch: .init("invalid order ID"),
            .orderNotFinal: .init("the order is still a draft"),
            .searchNotAllowed: .init("the order's item does not support searches"),
            .fieldsRequired: .init("missing search fields"),
            .insufficientCreditForSearch: .init("\(ProviderErrorTable.insufficientCredit) for the search"),
            .orderIDRequired: .init("missing order ID"),
            .unknownOrderToChange: .init("order not found in the account"),
            .invalidChange: .init("invalid changes"),
            .noResultsToChoose: .init("the order has no results to choose from"),
            .resultIndexRequired: .init("missing or invalid result index"),
            .negativeResultIndex: .init("negative result index"),
            .insufficientCreditForChoice: .init("\(ProviderErrorTable.insufficientCredit) for the chosen result"),
            .orderAlreadyFinal: .init("the order is final and cannot be changed"),
            .documentIDRequired: .init("missing order ID"),
            .invalidDocumentID: .init("invalid order ID"),
            .unknownDocument: .init("order not found in the account"),
            .documentNotYetAvailable: .init("the document is not yet available", .notYetAvailable),
            .insufficientFields: .init("missing fields; see the item's validation"),
        ]
    )
}

/// What Visengine is sent.
private enum VisengineBody {
    /// What is not set is left out, except `state`, which is always said.
    static func placement(_ placement: OrderPlacement) -> JSONValue {
        var body: JSONObject = [
            "hash_visura": .string(placement.item.rawValue), "json_visura": .object(inputs(placement.values)),
        ]
        if !placement.options.isEmpty {
            body["opzioni"] = .object(JSONObject(placement.options.map { JSONObject.Member($0, true) }))
        }
        body["callback_data"] = placement.callback?.json
        body["email_target"] = placement.email.map { .string($0) }
        body["state"] = placement.isFinal ? 1 : 0
        if placement.isTest { body["test"] = true }
        return .object(body)
    }

    static func changes(_ changes: DraftChanges) -> JSONValue {
        var body = JSONObject()
        if let values = changes.values { body["json_visura"] = .object(inputs(values)) }
        for member in inputs(changes.fields).members { body["json_visura." + member.key] = member.value }
        body["email_target"] = changes.email.map { .string($0) }
        if changes.makesFinal { body["state"] = 1 }
        return .object(body)
    }

    /// Inputs by their fields' numbers, so that the same values always give the same text.
    static func inputs(_ values: [String: String]) -> JSONObject {
        let sorted = values.sorted { left, right in
            let numbers = (number(left.key), number(right.key))
            return numbers.0 == numbers.1 ? left.key < right.key : numbers.0 < numbers.1
        }
        return JSONObject(sorted.map { JSONObject.Member($0.key, .string($0.value)) })
    }

    private static func number(_ key: String) -> Int { Int(key.drop { $0 == "$" || $0.isLetter }) ?? .max }
}
