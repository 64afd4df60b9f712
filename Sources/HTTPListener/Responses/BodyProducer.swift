/// Makes a response's body piece by piece.
public protocol BodyProducer: AnyObject, Sendable {
    /// Makes the next piece.
    ///
    /// Called on a listener thread, never by two threads at once, and not again after ``BodyStep/end`` or
    /// ``BodyStep/abort``. Must not block: a producer that has to wait says ``BodyStep/pause(_:)``. When the peer goes
    /// away it is not called again; the listener then drops it.
    ///
    /// - Parameter max: How many bytes can be taken at once; more are kept and sent before the next call.
    /// - Returns: The next piece, or why there is none.
    func next(upTo max: Int) -> BodyStep
}

/// What comes next of a streamed body.
public enum BodyStep: Sendable {
    /// These bytes; none is a pause of one millisecond.
    case bytes([UInt8])

    /// Nothing for so long. The connection waits without a thread of its own.
    case pause(Duration)

    /// The body is complete.
    case end

    /// Close the connection at once, so that the peer sees a body cut short.
    case abort
}
