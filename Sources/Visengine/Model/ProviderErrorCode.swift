/// The number under `error` in an answer of the provider's: the named ones are documented for Visengine, others surely
/// exist.
///
/// Another service may mean something else by the same number; what a number means is its dialect's to say
/// (``ProviderErrorTable``).
public struct ProviderErrorCode: RawRepresentable, Sendable, Hashable {
    /// The number as sent.
    public let rawValue: Int

    /// Creates a code; any number is one.
    public init(rawValue: Int) { self.rawValue = rawValue }

    // MARK: GET /visure/{hash}

    /// 400: `wrong hash_visura`.
    public static let wrongItemHash = ProviderErrorCode(rawValue: 200)

    // MARK: GET /richiesta

    /// 404: the account has no orders at all.
    public static let noOrders = ProviderErrorCode(rawValue: 203)

    // MARK: POST /richiesta

    /// 428: `hash_visura required`.
    public static let itemHashRequired = ProviderErrorCode(rawValue: 204)
    /// 400: a field or the address for the document is not valid.
    public static let invalidField = ProviderErrorCode(rawValue: 209)
    /// 402: the wallet cannot pay for the order.
    public static let insufficientCredit = ProviderErrorCode(rawValue: 211)
    /// 412: fields are missing (also when a search is added).
    public static let insufficientFields = ProviderErrorCode(rawValue: 250)

    // MARK: GET /richiesta/{_id}

    /// 400: what was asked for is no order id.
    public static let invalidOrderID = ProviderErrorCode(rawValue: 201)
    /// 404: no such order.
    public static let unknownOrder = ProviderErrorCode(rawValue: 202)

    // MARK: POST /richiesta/{_id}

    /// 400: what a search was to be added to is no order id.
    public static let invalidOrderIDForSearch = ProviderErrorCode(rawValue: 219)
    /// 404: the order is a draft, searches come after.
    public static let orderNotFinal = ProviderErrorCode(rawValue: 221)
    /// 409: the order's item has no searches.
    public static let searchNotAllowed = ProviderErrorCode(rawValue: 222)
    /// 428: `json_visura required`.
    public static let fieldsRequired = ProviderErrorCode(rawValue: 224)
    /// 402: the wallet cannot pay for the search; "not yet available" in Docuengine, at 422.
    public static let insufficientCreditForSearch = ProviderErrorCode(rawValue: 225)

    // MARK: PUT /richiesta/{_id}

    /// 428: `id required`.
    public static let orderIDRequired = ProviderErrorCode(rawValue: 226)
    /// 404: no order to change (also when a result is chosen).
    public static let unknownOrderToChange = ProviderErrorCode(rawValue: 228)
    /// 412: the changed fields are not valid.
    public static let invalidChange = ProviderErrorCode(rawValue: 229)
    /// 400: the order is final already.
    public static let orderAlreadyFinal = ProviderErrorCode(rawValue: 239)

    // MARK: PUT /richiesta/{_id}/ricerche

    /// 409: the order has no results to choose from.
    public static let noResultsToChoose = ProviderErrorCode(rawValue: 230)
    /// 428: `indice not valid or required`.
    public static let resultIndexRequired = ProviderErrorCode(rawValue: 233)
    /// 400: `indice must be >= 0`.
    public static let negativeResultIndex = ProviderErrorCode(rawValue: 234)
    /// 402: the wallet cannot pay for what was chosen.
    public static let insufficientCreditForChoice = ProviderErrorCode(rawValue: 237)

    // MARK: GET /documento/{_id}

    /// 428: `id required`.
    public static let documentIDRequired = ProviderErrorCode(rawValue: 242)
    /// 400: what the document was asked for is no order id.
    public static let invalidDocumentID = ProviderErrorCode(rawValue: 243)
    /// 404: no such order.
    public static let unknownDocument = ProviderErrorCode(rawValue: 244)
    /// 422: the document is not there yet: ask again later.
    public static let documentNotYetAvailable = ProviderErrorCode(rawValue: 247)
}

extension ProviderErrorCode: CustomStringConvertible {
    /// The number.
    public var description: String { String(rawValue) }
}
