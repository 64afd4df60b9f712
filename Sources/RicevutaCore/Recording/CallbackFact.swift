import BaseKit
public import Visengine

/// What makes two callbacks the same: what they say, not their bytes.
public enum CallbackFact {
    /// The text under which the ledger keeps a callback once, as UTF-8.
    ///
    /// Two shapes of one fact give one key: the provider, the order (its token's nonce, else its id), the id it names,
    /// the state, the last update and the last search's state. A body that says neither state nor last update is told
    /// apart by its hash.
    ///
    /// - Parameters:
    ///   - callback: The callback.
    ///   - knownID: The provider's id that the ledger has for the nonce, used when the body names none.
    ///   - bodyHash: Computes a hexadecimal hash of the body; called only when the body says nothing else.
    /// - Returns: The key, at most a few hundred bytes.
    public static func key(
        of callback: ReceivedCallback,
        knownID: OrderID?,
        bodyHash: ([UInt8]) -> String
    ) -> [UInt8] {
        let claim = callback.claim
        let separator = UInt8(ascii: "|")
        var key: [UInt8] = []
        key.reserveCapacity(160)  // One allocation: this is on the way of every callback.
        callback.provider.append(to: &key)
        key.append(separator)
        if let nonce = callback.nonce { key += nonce.rawValue.utf8 }
        key.append(separator)
        if let id = claim.orderID ?? knownID { key += id.rawValue.utf8 }
        key.append(separator)
        guard claim.state != nil || claim.lastUpdate != nil else {
            return key + "body|\(bodyHash(callback.body))".utf8
        }
        if let state = claim.state { key += state.name.utf8 }
        key.append(separator)
        if let update = claim.lastUpdate { key += String(update.milliseconds).utf8 }
        key.append(separator)
        if let search = claim.lastSearchState { key += folded(search).utf8 }
        return key
    }

    /// A number that is the same for callbacks of the same key, as long as this process runs.
    ///
    /// It knows no ids but those that the callbacks name. Two facts that share one by chance are as rare as 64 bits
    /// make them.
    public static func fingerprint(of callback: ReceivedCallback) -> UInt64 {
        let claim = callback.claim
        var hasher = Hasher()
        hasher.combine(callback.provider)
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
        let isFolded = name.utf8.allSatisfy { $0 > 32 && $0 < 127 && !(65...90).contains($0) }
        if isFolded && name.utf8.count <= 64 { return name }
        let visible = name.lowercased().unicodeScalars.lazy.filter { $0.value > 32 }
        return String(String.UnicodeScalarView(visible.prefix(64)))
    }
}
