import BaseKit
import RicevutaCore

/// What an endpoint's answer means for the delivery.
///
/// | status | outcome | because |
/// |---|---|---|
/// | 2xx | accepted | whatever the body says |
/// | 410 | gone | Standard Webhooks: the endpoint wants nothing any more |
/// | 3xx | permanent | following would leave the checked address; the URL has to be mended |
/// | 5xx, 408, 423, 425, 429 | transient | they say that it may pass |
/// | 401, 403, 404, 407, 409, 421 | transient | seen while an endpoint is deployed or keys change, and gone after |
/// | other 4xx | permanent | they speak of this message, which every attempt repeats byte for byte |
///
/// `Retry-After` is obeyed with every transient outcome.
enum HTTPAnswer {
    private static let passing: Set<Int> = [401, 403, 404, 407, 408, 409, 421, 423, 425, 429]

    static func outcome(status: Int, retryAfter: String?, now: Timestamp) -> DeliveryOutcome {
        switch status {
        case 200..<300: return .accepted
        case 410: return .gone(reason: "the endpoint answered 410 Gone")
        case 300..<400:
            return .permanent(
                reason: "the endpoint answered \(status): redirects are not followed; configure the final URL"
            )
        case 400..<500 where !passing.contains(status):
            return .permanent(reason: "the endpoint rejected the message with \(status)")
        default:
            return .transient(
                reason: "the endpoint answered \(status)",
                retryAfter: retryAfter.flatMap { RetryAfter.duration($0, now: now) }
            )
        }
    }
}
