import BaseKit
public import Visengine

/// Makes the callback registrations of orders: the listener's public address, with a token of the order's own.
public struct CallbackRegistrar: Sendable {
    private let publicURL: String
    private let keys: CallbackTokenKeys

    /// Nothing says how the provider reaches the listener.
    public struct Missing: Error, Equatable, CustomStringConvertible {
        /// What to do about it.
        public var description: String {
            "listener.publicURL is not set: the provider needs it to send callbacks"
        }
    }

    /// Creates a registrar.
    ///
    /// - Parameters:
    ///   - publicURL: Where the provider reaches the listener, without a slash at its end; `nil` when nothing says so.
    ///   - keys: Sign the tokens.
    /// - Throws: ``Missing`` without an address.
    public init(publicURL: String?, keys: CallbackTokenKeys) throws(Missing) {
        guard let publicURL else { throw Missing() }
        self.publicURL = publicURL
        self.keys = keys
    }

    /// The registration of the order with that nonce; its token comes back with callbacks and with the order itself.
    public func registration(
        for nonce: OrderNonce,
        method: CallbackRegistration.Method = .json
    ) -> CallbackRegistration {
        let token = keys.mint(nonce)
        return CallbackRegistration(url: publicURL + CallbackPath.of(token), method: method, token: token)
    }
}
