/// A callback that has been sent.
public struct CallbackRecord: Sendable, Equatable {
    /// The `stato_richiesta` in it.
    public var state: String
    /// The HTTP status that it was answered with; `nil` when no answer came.
    public var status: Int?
    /// Why no answer came.
    public var error: String?

    /// Creates a record.
    public init(state: String, status: Int?, error: String? = nil) {
        self.state = state
        self.status = status
        self.error = error
    }
}
