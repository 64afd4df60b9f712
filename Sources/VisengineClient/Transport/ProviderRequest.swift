import BaseKit
import NIOHTTP1

/// One call on its way to the wire.
struct ProviderRequest: Sendable {
    var call: VisengineCall
    var method: HTTPMethod
    /// Starts with a slash; nothing in it needs escaping, because ids are checked on the way in.
    var path: String
    var body: [UInt8]?
    /// Whether doing it twice does no harm.
    var isRepeatable: Bool

    static func read(_ call: VisengineCall, _ path: String) -> ProviderRequest {
        ProviderRequest(call: call, method: .GET, path: path, body: nil, isRepeatable: true)
    }

    static func change(
        _ call: VisengineCall,
        _ method: HTTPMethod,
        _ path: String,
        _ body: JSONValue,
        isRepeatable: Bool = false
    ) -> ProviderRequest {
        ProviderRequest(call: call, method: method, path: path, body: body.encoded(), isRepeatable: isRepeatable)
    }
}
