import HTTPListener
import Synchronization

/// Hands a listener's requests to the handler that is in use.
///
/// A handler collects callbacks until the listener's turn ends. One that was replaced in between gets the end of that
/// turn, too, so that nothing stays behind in it.
final class SwitchingHandler: RequestHandler {
    private struct Handlers {
        var current: CallbackHandler
        var replaced: [CallbackHandler] = []
    }

    private let handlers: Mutex<Handlers>

    init(_ first: CallbackHandler) { handlers = Mutex(Handlers(current: first)) }

    /// Puts another handler in its place.
    func replace(by next: CallbackHandler) {
        handlers.withLock { handlers in
            handlers.replaced.append(handlers.current)
            handlers.current = next
        }
    }

    private var current: CallbackHandler { handlers.withLock { $0.current } }

    func decide(_ head: RequestHead) -> HeadDecision { current.decide(head) }

    func handle(_ request: Request, reply: consuming PendingReply) { current.handle(request, reply: reply) }

    func turnEnded() {
        let (current, replaced) = handlers.withLock { handlers in
            defer { handlers.replaced.removeAll() }
            return (handlers.current, handlers.replaced)
        }
        for handler in replaced { handler.turnEnded() }
        current.turnEnded()
    }
}
