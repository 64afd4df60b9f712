import Visengine

/// Why the sandbox does not do what a call asks for, in the provider's terms.
struct Refusal: Error, Equatable {
    var status: Int
    var code: ProviderErrorCode?
    var message: String
    /// Seconds.
    var retryAfter: Int?

    init(_ status: Int, _ code: ProviderErrorCode?, _ message: String, retryAfter: Int? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }
}
