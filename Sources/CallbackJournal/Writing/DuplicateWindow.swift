/// The facts journaled last, to detect duplicates at once: 16,384 to 32,768, the older half forgotten at a
/// time.
struct DuplicateWindow {
    private var newer: [UInt64: Int64] = [:]
    private var older: [UInt64: Int64] = [:]
    private static let half = 16_384

    /// Notes a fact.
    ///
    /// - Parameters:
    ///   - fingerprint: ``CallbackFact/fingerprint(of:)``.
    ///   - number: The callback's number.
    /// - Returns: The number of the callback with the same fact; `nil` when it is new.
    mutating func note(_ fingerprint: UInt64, number: Int64) -> Int64? {
        if let earlier = newer[fingerprint] ?? older[fingerprint] { return earlier }
        if newer.count >= Self.half {
            swap(&newer, &older)
            newer.removeAll(keepingCapacity: true)
        }
        newer[fingerprint] = number
        return nil
    }
}
