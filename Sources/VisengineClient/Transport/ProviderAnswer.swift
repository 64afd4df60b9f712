import BaseKit
import Visengine

/// An answer that has been read to its end.
struct ProviderAnswer: Sendable {
    var status: Int
    var retryAfter: Duration?
    var body: [UInt8]

    /// The envelope of a success.
    ///
    /// - Parameters:
    ///   - request: What was asked.
    ///   - errors: What error numbers mean.
    /// - Returns: The envelope.
    /// - Throws: ``VisengineError`` for everything else.
    func envelope(for request: ProviderRequest, errors: ProviderErrorTable) throws(VisengineError) -> Envelope {
        let envelope: Envelope?
        var problem = "not the provider's JSON envelope"
        do throws(JSONParsingError) {
            envelope = Envelope(json: try JSONValue(parsingLeniently: body))
        } catch {
            envelope = nil
            let isPage = body.first { $0 > 0x20 } == UInt8(ascii: "<")
            problem = isPage ? "a web page instead of the API's JSON; check provider.baseURL" : error.description
        }
        if (200..<300).contains(status) {
            guard let envelope else {
                throw VisengineError(request.call, .unreadable(problem), mayHaveSucceeded: !request.isRepeatable)
            }
            if envelope.isSuccess { return envelope }
        }
        throw VisengineError(
            request.call,
            .refused(status: status),
            code: envelope?.error,
            meaning: errors[envelope?.error],
            message: envelope?.message ?? "",
            retryAfter: retryAfter,
            mayHaveSucceeded: !request.isRepeatable && !isRefusal(envelope)
        )
    }

    /// Whether it is certain that nothing was done.
    ///
    /// So it is with any 4xx, and with a 503 that the provider itself wrote or that says when to come back. Another 5xx
    /// may come from a gateway whose patience ended before the provider's work did.
    private func isRefusal(_ envelope: Envelope?) -> Bool {
        switch status {
        case 408: false
        case 400..<500: true
        case 503: retryAfter != nil || envelope?.isSuccess == false
        case 200..<300: envelope?.error != nil
        default: (300..<400).contains(status)
        }
    }
}
