public import Visengine

/// What makes two callbacks the same: what they say, not their bytes.
public enum CallbackFact {
    /// The text under which the ledger keeps a callback once.
    ///
    /// Two shapes of one fact give one key: the order (its token's nonce, else its id), the id it names, the state, the
    /// last update and the last search's state. A body that says neither state nor last update is told apart by its hash.
    ///
    /// - Parameters:
    ///   - callback: The callback.
    ///   - knownID: The provider's id that the ledger has for the nonce, used when the body names none.
    ///   - bodyHash: Computes a hexadecimal hash of the body; called only when the body says nothing else.
    /// - Returns: The key, at most a few hundred characters.
    public static func key(
        of callback: ReceivedCallback,
        knownID: OrderID?,
        bodyHash: ([UInt8]) -> String
    ) -> String {
        let claim = callback.claim
        let id = (claim.orderID ?? knownID)?.rawValue ?? ""
        let order = "\(callback.nonce?.rawValue ?? "")|\(id)"
        guard claim.state != nil || claim.lastUpdate != nil else { return "\(order)|body|\(bodyHash(callback.body))" }
        let update = claim.lastUpdate.map { String($0.milliseconds) } ?? ""
        let search = claim.lastSearchState.map(Self.folded) ?? ""
        return "\(order)|\(claim.state?.name ?? "")|\(update)|\(search)"
    }

    /// A number that is the same for callbacks of the same key, as long as this process runs.
    ///
    /// It knows no ids but those that the callbacks name. Two facts that share one by chance are as rare as 64 bits make
    /// them.
    public static func fingerprint(of callback: ReceivedCallback) -> UInt64 {
        let claim = callback.claim
        var hasher = Hasher()
        hasher.combine(callback.nonce)
        hasher.combine(claim.orderID)
        if claim.state == nil && claim.lastUpdate == nil {
            hasher.combine(callback.body)
        } else {
            hasher.combine(claim.state?.name)
            hasher.combine(claim.lastUpdate)
            hasher.combine(claim.lastSearchState.map(folded))
        }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    private static func folded(_ name: String) -> String {
        String(String.UnicodeScalarView(name.lowercased().unicodeScalars.lazy.filter { $0.value > 32 }.prefix(64)))
    }
}
