/// What could be read of a body that came with a good token.
public struct CallbackReading: Sendable, Equatable {
    /// What the body claims; empty when nothing could be read.
    public var claim: CallbackClaim
    /// What is wrong with the body, whether it was understood all the same or not; `nil` when nothing is.
    public var problem: CallbackDecodingError?

    /// Creates a reading.
    public init(claim: CallbackClaim = CallbackClaim(), problem: CallbackDecodingError? = nil) {
        self.claim = claim
        self.problem = problem
    }
}

extension CallbackDecoder {
    /// Reads one body as far as it can be read, for callbacks that a good token came with: the provider posts once, and
    /// whatever comes of it is only a hint.
    ///
    /// The rules of ``decode(body:contentType:)`` come first, at no further cost. What they refuse is read as UTF-16,
    /// as base64, as JSON that is nearly right or that has other text around it; in the end an id is looked for in the
    /// bytes.
    ///
    /// Safe for any input, in a time that grows with its length alone.
    public static func read(body: [UInt8], contentType: String?) -> CallbackReading {
        do throws(CallbackDecodingError) {
            return CallbackReading(claim: try decode(body: body, contentType: contentType))
        } catch {
            let claim = error == .empty ? nil : LastResort(body: body, contentType: contentType).claim()
            return CallbackReading(claim: claim ?? CallbackClaim(), problem: error)
        }
    }
}
