import Visengine

extension ProviderErrorCode {
    /// What the documented numbers mean, for operators; `nil` for a number that is not documented.
    var meaning: String? { Self.meanings[self] }

    private static let meanings: [ProviderErrorCode: String] = [
        .wrongItemHash: "no catalogue item has this hash",
        .invalidOrderID: "invalid order ID",
        .unknownOrder: "order not found in the account",
        .noOrders: "the account has no orders",
        .itemHashRequired: "missing item hash",
        .invalidField: "invalid field",
        .insufficientCredit: "insufficient credit for the order",
        .invalidOrderIDForSearch: "invalid order ID",
        .orderNotFinal: "the order is still a draft",
        .searchNotAllowed: "the order's item does not support searches",
        .fieldsRequired: "missing search fields",
        .insufficientCreditForSearch: "insufficient credit for the search",
        .orderIDRequired: "missing order ID",
        .unknownOrderToChange: "order not found in the account",
        .invalidChange: "invalid changes",
        .noResultsToChoose: "the order has no results to choose from",
        .resultIndexRequired: "missing or invalid result index",
        .negativeResultIndex: "negative result index",
        .insufficientCreditForChoice: "insufficient credit for the chosen result",
        .orderAlreadyFinal: "the order is final and cannot be changed",
        .documentIDRequired: "missing order ID",
        .invalidDocumentID: "invalid order ID",
        .unknownDocument: "order not found in the account",
        .documentNotYetAvailable: "the document is not yet available",
        .insufficientFields: "missing fields; see the item's validation",
    ]
}
