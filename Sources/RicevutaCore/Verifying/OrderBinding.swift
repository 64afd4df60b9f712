public import Visengine

/// Decides whether an order that the API shows is the one that a token stands for.
///
/// A token in a URL can leak, and the id in a callback's body is anybody's: only the API's echo of the token ties the
/// two.
public enum OrderBinding: Sendable, Equatable {
    /// The order is the token's.
    case bind
    /// The order carries another token or another program's data: not ours, and worth an alarm.
    case refuse
    /// The API echoes nothing: acceptable only when neither side is bound elsewhere.
    case bindIfFree

    /// Decides.
    ///
    /// - Parameters:
    ///   - nonce: The nonce of the token that arrived.
    ///   - echo: What the API shows of the order's own data.
    ///   - nonceOf: Checks a token and gives its nonce; retired keys count, as old orders were placed with them.
    /// - Returns: The decision.
    public static func decide(nonce: OrderNonce, echo: CallbackEcho, nonceOf: (String) -> OrderNonce?) -> OrderBinding {
        switch echo {
        case .absent: .bindIfFree
        case .foreign: .refuse
        case .token(let text): nonceOf(text) == nonce ? .bind : .refuse
        }
    }
}
