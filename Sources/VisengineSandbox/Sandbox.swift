import AsyncHTTPClient
public import HTTPListener
public import Visengine

/// A mock provider: the calls of its API over HTTP, orders that move through the states, documents, callbacks, and
/// every fault on demand.
///
/// Besides the nine calls there is a control API under `/sandbox`, without a token; `GET /sandbox` lists it. Bodies and
/// answers are JSON; a call that makes no sense is answered 400, and one that names an unknown order 404, with a
/// problem document that says why.
///
/// - `POST /sandbox/advance`, with `{"order": ID, "steps": 1, "to": "Visura evasa", "wait": true}`, all of it optional:
///   moves an order on, without `order` all of them; `to` stands instead of `steps`, and `wait` answers when all
///   callbacks have been answered. Answers `{"steps": N}`.
/// - `POST /sandbox/cancel`, with `{"order": ID, "reason": "…", "wait": true}`. Answers `{}`.
/// - `POST /sandbox/age`, with `{"order": ID, "hours": 48}`: dates an order back, as if all of it had happened so many
///   hours earlier, and sends no callback. Answers `{}`.
/// - `POST /sandbox/orders`, with `{"count": N, "item": HASH, "callback": CALLBACK_DATA}`, in whose texts `{n}` is
///   replaced by 0, 1, …, or with `{"callbacks": [CALLBACK_DATA, …]}`: makes orders without check or charge. Answers
///   `{"ids": […]}`.
/// - `GET /sandbox/orders`. Answers `{"orders": [{"id", "state", "callbacks": N}]}`.
/// - `GET /sandbox/orders/ID`. Answers `{"id", "state", "sha256", "size", "name", "callbacks": [{"state", "status",
///   "error"}]}`.
/// - `POST /sandbox/callbacks`, with `{"order": ID, "state": "…", "times": 1, "wait": true}`: sends a callback for the
///   order as it stands, or with a state that it does not have. Answers `{}`.
/// - `GET`, `POST` and `DELETE /sandbox/faults` answer all faults as they are now; `POST` changes what it names:
///   `{"duplicates": 2, "reverse": true, "delayMilliseconds": 500, "silent": true, "claimedState": "Visura evasa",
///   "lostPlacings": 1, "failures": [{"call": "document", "status": 429, "error": null, "message": "", "times": 2,
///   "retryAfter": 1}], "document": {"fault": "truncatedBase64", "times": 1}, "slow": {"calls": ["document"],
///   "pieceBytes": 1024, "pauseMilliseconds": 10}, "quirks": ["multipart"]}`.
/// - `POST /sandbox/credit`, with `{"credit": 12.5}`. Answers the same.
/// - `GET /sandbox/status`. Answers `{"orders": N, "pendingCallbacks": N, "calls": {"place": N, …}}`.
///
/// The calls are named `catalogue`, `item`, `place`, `orders`, `order`, `updateDraft`, `addSearch`,
/// `chooseSearchResult`, `document`, `cancel` and `suppliers`; the faults of a document `truncatedBase64`,
/// `wrongLength`, `cutOff` and `brokenStructure`; the quirks are those of ``SandboxQuirk``.
public final class Sandbox: Sendable {
    private let state: SandboxState
    private let listener: HTTPServer
    private let http: HTTPClient
    private let work: Task<Void, Never>

    /// The port that is listened on.
    public var port: UInt16 { listener.port }

    /// The address of the API, without a slash at its end.
    public var baseURL: String {
        let host = state.configuration.host
        return "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    /// Starts.
    ///
    /// - Throws: `ListenerError`.
    public init(_ configuration: SandboxConfiguration) throws(ListenerError) {
        let state = SandboxState(configuration)
        let control = ControlService(state: state)
        let service = SandboxService(state: state)
        var limits = ListenerLimits()
        // Inputs hold files.
        limits.maxBodyBytes = 64 << 20
        listener = try HTTPServer(
            ListenerConfiguration(host: configuration.host, port: configuration.port, limits: limits),
            handler: AsyncRequestHandler { [log = configuration.log] request in
                let segments = request.head.path.split(separator: "/").map(String.init)
                let response =
                    segments.first == "sandbox"
                    ? await control.respond(request, Array(segments.dropFirst())) : service.respond(request, segments)
                log?("\(request.head.method) \(request.head.path) \(response.status)")
                return response
            }
        )
        let http = HTTPClient(
            eventLoopGroup: HTTPClient.defaultEventLoopGroup,
            configuration: CallbackPoster.clientConfiguration
        )
        let poster = CallbackPoster(http: http, timeLimit: configuration.callbackTimeLimit)
        self.state = state
        self.http = http
        work = Task { await Self.run(state, poster) }
    }

    // A client must be shut down before it goes; it keeps itself alive while it does that.
    deinit {
        work.cancel()
        http.shutdown { _ in }
    }

    /// Stops: takes no new request, breaks callbacks off, and returns when all is over.
    public func stop() async {
        await listener.stop(within: .seconds(1))
        state.close()
        work.cancel()
        await work.value
    }

    /// Moves orders on; see `POST /sandbox/advance`.
    ///
    /// - Parameters:
    ///   - order: Which; `nil` for all.
    ///   - steps: How many steps.
    /// - Returns: How many steps were made.
    @discardableResult
    public func advance(_ order: OrderID? = nil, steps: Int = 1) -> Int { state.advance(order, steps: steps) }

    /// Moves orders on to `Visura evasa`, all or one.
    @discardableResult
    public func finish(_ order: OrderID? = nil) -> Int { state.advance(order, to: .fulfilled) }

    /// Changes what goes wrong.
    public func setFaults(_ change: (inout SandboxFaults) -> Void) {
        try? state.faults { change(&$0) }  // Only JSON can be refused.
    }

    /// What the sandbox knows of an order; `nil` when it knows none.
    public func report(_ order: OrderID) -> SandboxOrderReport? { SandboxOrderReport(order, in: state) }

    /// How often a call was made, refused ones included.
    public func count(_ call: SandboxCall) -> Int { state.calls[call] ?? 0 }

    /// Sends a callback for an order, claiming a state that it may not have.
    ///
    /// - Returns: `false` when the order is unknown or asked for no callbacks.
    @discardableResult
    public func sendCallback(for order: OrderID, claiming state: String? = nil, times: Int = 1) -> Bool {
        self.state.resend(order, claiming: state, times: times)
    }

    /// Sets what is in the wallet.
    public func setCredit(_ credit: Price) { state.setCredit(credit) }

    /// Waits until every callback has been answered, or has failed.
    public func callbacksSettled() async { await state.settled() }

    private static func run(_ state: SandboxState, _ poster: CallbackPoster) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    state.tick()
                    try? await Task.sleep(for: .milliseconds(10))  // Cancelled when the sandbox stops.
                }
            }
            group.addTask { await send(state, poster) }
        }
    }

    private static func send(_ state: SandboxState, _ poster: CallbackPoster) async {
        await withTaskGroup(of: Void.self) { group in
            var inFlight = 0
            for await callbacks in state.outbox {
                if inFlight == CallbackPoster.maxInFlight {
                    await group.next()
                    inFlight -= 1
                }
                group.addTask {
                    for callback in callbacks {
                        let record = await poster.post(callback)
                        let outcome = record.status.map(String.init) ?? record.error ?? ""
                        state.configuration.log?("callback \(callback.order) \"\(record.state)\" \(outcome)")
                        state.sent(record, for: callback.order)
                    }
                }
                inFlight += 1
            }
        }
    }
}
