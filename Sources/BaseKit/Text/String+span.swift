extension String {
    /// Copies bytes; `nil` when they are no UTF-8.
    package init?(copying bytes: Span<UInt8>) {
        // The only error is that they are no UTF-8.
        guard let utf8 = try? UTF8Span(validating: bytes) else { return nil }
        self.init(copying: utf8)
    }
}
