import Visengine

extension ProviderErrorCode {
    /// What the documented numbers mean, for operators; `nil` for a number that is not documented.
    var meaning: String? { Self.meanings[self] }

    private static let meanings: [ProviderErrorCode: String] = [
        .wrongItemHash: "the catalogue has no item with this hash",
        .invalidOrderID: "this is no order id",
        .unknownOrder: "the account has no such order",
        .noOrders: "the account has no orders",
        .itemHashRequired: "the item's hash is missing",
        .invalidField: "a field is not valid",
        .insufficientCredit: "the wallet's credit does not suffice for the order",
        .invalidOrderIDForSearch: "this is no order id",
        .orderNotFinal: "the order is still a draft",
        .searchNotAllowed: "the order's item has no searches",
        .fieldsRequired: "the search's fields are missing",
        .insufficientCreditForSearch: "the wallet's credit does not suffice for the search",
        .orderIDRequired: "the order's id is missing",
        .unknownOrderToChange: "the account has no such order",
        .invalidChange: "the changed fields are not valid",
        .noResultsToChoose: "the order has no results to choose from",
        .resultIndexRequired: "the result's index is missing or no number of a result",
        .negativeResultIndex: "the result's index must not be negative",
        .insufficientCreditForChoice: "the wallet's credit does not suffice for the chosen result",
        .orderAlreadyFinal: "the order is final and cannot be changed",
        .documentIDRequired: "the order's id is missing",
        .invalidDocumentID: "this is no order id",
        .unknownDocument: "the account has no such order",
        .documentNotYetAvailable: "the document is not yet available",
        .insufficientFields: "fields are missing, see the item's validation",
    ]
}
