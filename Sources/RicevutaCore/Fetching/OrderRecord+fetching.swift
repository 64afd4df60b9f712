extension OrderRecord {
    /// Has the order's document fetched though it was given up, or is due already: an operator wants it now.
    ///
    /// - Throws: ``LedgerError/conflict(_:)`` when its document is in the archive, or when there is none yet.
    public mutating func fetchAgain() throws(LedgerError) {
        switch document {
        case .due, .failed: document = .due
        case .stored: throw .conflict("the document of this order is already in the archive")
        case .none: throw .conflict("the order's document is not available at the provider yet")
        }
    }

    /// Has the order's document fetched once more, which the archive has lost.
    ///
    /// - Returns: Whether there was one.
    public mutating func fetchLost() -> Bool {
        guard document == .stored else { return false }
        document = .due
        return true
    }
}
