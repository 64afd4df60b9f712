import Synchronization
import Visengine

/// Everything that changes in a sandbox, behind one lock: orders, faults, and callbacks on their way out.
final class SandboxState: Sendable {
    private struct Content {
        var book: OrderBook
        var faults: SandboxFaults
        /// When orders move on by themselves; in order of time, because every step takes the same.
        var due: [(at: Duration, order: OrderID)] = []
        var nextDue = 0
        /// The orders in `due`, each once.
        var moving: Set<OrderID> = []
        var delayed: [(at: Duration, callbacks: [OutgoingCallback])] = []
        /// Callbacks that wait for their order's last one.
        var held: [OrderID: [OutgoingCallback]] = [:]
        var pending = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
        var calls: [SandboxCall: Int] = [:]
    }

    let configuration: SandboxConfiguration
    /// Callbacks to send: each element one after the other, different elements at the same time.
    let outbox: AsyncStream<[OutgoingCallback]>
    private let out: AsyncStream<[OutgoingCallback]>.Continuation
    private let content: Mutex<Content>
    /// How long the sandbox has run: what steps and delays are measured by.
    private let elapsed: @Sendable () -> Duration

    init(_ configuration: SandboxConfiguration, uptime: (@Sendable () -> Duration)? = nil) {
        self.configuration = configuration
        let start = ContinuousClock.now
        elapsed = uptime ?? { start.duration(to: .now) }
        (outbox, out) = AsyncStream.makeStream()
        content = Mutex(
            Content(
                book: OrderBook(
                    credit: configuration.credit,
                    startsInSearch: configuration.startsInSearch,
                    seed: UInt64.random(in: 0...0xFFFF_FFFF)
                ),
                faults: configuration.faults
            )
        )
    }

    private var uptime: Duration { elapsed() }

    // MARK: Orders

    /// Reads the books.
    func reading<Value>(_ body: (OrderBook) throws(Refusal) -> Value) throws(Refusal) -> Value {
        try content.withLock { (content) throws(Refusal) in try body(content.book) }
    }

    /// Changes an order by a call; a change of state causes a callback.
    @discardableResult
    func changing(
        _ body: (inout OrderBook, Int64) throws(Refusal) -> SandboxOrder?
    ) throws(Refusal) -> SandboxOrder? {
        let now = configuration.now()
        let uptime = uptime
        return try content.withLock { (content) throws(Refusal) in
            guard let order = try body(&content.book, now) else { return nil }
            schedule(order, &content, uptime)
            return order
        }
    }

    /// Moves orders on, all or one, by so many steps or up to a state; each step causes a callback.
    ///
    /// - Returns: How many steps were made.
    func advance(_ only: OrderID? = nil, steps: Int = 1, to stage: OrderStage? = nil) -> Int {
        let now = configuration.now()
        let uptime = uptime
        return content.withLock { content in
            var made = 0
            for id in only.map({ [$0] }) ?? content.book.ids {
                for _ in 0..<(stage == nil ? steps : OrderStage.allCases.count) {
                    if let stage, content.book[id]?.stage?.leads(to: stage) != true { break }
                    guard let order = content.book.advance(id, now: now) else { break }
                    enqueueCallbacks(order, &content, uptime)
                    made += 1
                }
            }
            return made
        }
    }

    /// Cancels an order, which causes a callback.
    func cancel(_ id: OrderID, reason: String) -> Bool {
        let now = configuration.now()
        let uptime = uptime
        return content.withLock { content in
            guard let order = content.book.cancel(id, reason: reason, now: now) else { return false }
            enqueueCallbacks(order, &content, uptime)
            return true
        }
    }

    /// The document of an order, which may be that of every other.
    func document(of order: OrderID) -> SandboxDocument {
        configuration.document(of: quirks.contains(.equalDocuments) ? "uguale" : order.rawValue)
    }

    /// Dates an order back; nobody is told.
    func age(_ id: OrderID, bySeconds seconds: Int64) {
        content.withLock { content in
            guard var order = content.book[id] else { return }
            order.age(bySeconds: seconds)
            content.book.keep(order)
        }
    }

    func setCredit(_ credit: Price) { content.withLock { $0.book.credit = credit } }

    // MARK: Callbacks

    /// Sends a callback for an order as it stands, or one that claims another state, without any fault.
    func resend(_ id: OrderID, claiming state: String?, times: Int) -> Bool {
        content.withLock { content in
            guard let order = content.book[id],
                let callback = OutgoingCallback(
                    order,
                    shape: configuration.callbackShape,
                    quirks: content.faults.quirks,
                    claimedState: state
                )
            else { return false }
            for _ in 0..<times { emit([callback], &content) }
            return true
        }
    }

    /// Records a callback that has been sent.
    func sent(_ record: CallbackRecord, for id: OrderID) {
        let waiters = content.withLock { content in
            if var order = content.book[id] {
                order.callbacks.append(record)
                content.book.keep(order)
            }
            content.pending = max(0, content.pending - 1)
            guard content.pending == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { content.waiters = [] }
            return content.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits until no callback is on its way; those that wait for their order's last one do not count.
    func settled() async {
        await withCheckedContinuation { continuation in
            let isSettled = content.withLock { content in
                if content.pending > 0 { content.waiters.append(continuation) }
                return content.pending == 0
            }
            if isSettled { continuation.resume() }
        }
    }

    /// Does what has become due.
    func tick() {
        let uptime = uptime
        let now = configuration.now()
        content.withLock { content in
            while content.nextDue < content.due.count, content.due[content.nextDue].at <= uptime {
                let id = content.due[content.nextDue].order
                content.nextDue += 1
                content.moving.remove(id)
                guard let order = content.book.advance(id, now: now) else { continue }
                schedule(order, &content, uptime)
            }
            if content.nextDue > 4096 {
                content.due.removeFirst(content.nextDue)
                content.nextDue = 0
            }
            guard !content.delayed.isEmpty else { return }
            let ready = content.delayed.filter { $0.at <= uptime }
            content.delayed.removeAll { $0.at <= uptime }
            for entry in ready { out.yield(entry.callbacks) }
        }
    }

    /// Sends nothing more; whoever waits waits no longer.
    func close() {
        out.finish()
        let waiters = content.withLock { content in
            content.pending = 0
            defer { content.waiters = [] }
            return content.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    var pending: Int { content.withLock { $0.pending + $0.held.values.reduce(0) { $0 + $1.count } } }

    // MARK: Faults

    /// What is written in another way than documented.
    var quirks: Set<SandboxQuirk> { content.withLock { $0.faults.quirks } }

    func faults<Value>(_ body: (inout SandboxFaults) throws(ControlError) -> Value) throws(ControlError) -> Value {
        try content.withLock { (content) throws(ControlError) in try body(&content.faults) }
    }

    /// Counts a call, and says how it is to fail.
    func begin(_ call: SandboxCall) -> (failure: CallFailure?, pace: SlowBody?) {
        content.withLock { content in
            content.calls[call, default: 0] += 1
            let pace = content.faults.slowBody
            let fits = pace.map { $0.calls.isEmpty || $0.calls.contains(call) } ?? false
            return (content.faults.takeFailure(of: call), fits ? pace : nil)
        }
    }

    var calls: [SandboxCall: Int] { content.withLock { $0.calls } }

    // MARK: Inside the lock

    /// Queues the callback of a change, and has the order move on by itself where that is asked for.
    private func schedule(_ order: SandboxOrder, _ content: inout Content, _ uptime: Duration) {
        if let step = configuration.step, order.stage?.next != nil, order.isFinal,
            content.moving.insert(order.id).inserted
        {
            content.due.append((uptime + step, order.id))
        }
        if order.isFinal { enqueueCallbacks(order, &content, uptime) }
    }

    private func enqueueCallbacks(_ order: SandboxOrder, _ content: inout Content, _ uptime: Duration) {
        let faults = content.faults
        guard !faults.sendsNoCallbacks,
            let callback = OutgoingCallback(
                order,
                shape: configuration.callbackShape,
                quirks: faults.quirks,
                claimedState: faults.claimedState
            )
        else { return }
        let copies = Array(repeating: callback, count: faults.duplicates + 1)
        // What is held already waits on when the fault is taken back.
        guard faults.reversesCallbacks || content.held[order.id] != nil else {
            for copy in copies { send([copy], &content, uptime) }
            return
        }
        content.held[order.id, default: []] += copies
        guard order.stage?.next == nil, let held = content.held.removeValue(forKey: order.id) else { return }
        // One after the other, so that the last really arrives first.
        send(held.reversed(), &content, uptime)
    }

    private func send(_ callbacks: [OutgoingCallback], _ content: inout Content, _ uptime: Duration) {
        let delay = content.faults.callbackDelay
        guard delay > .zero else { return emit(callbacks, &content) }
        content.delayed.append((uptime + delay, callbacks))
        content.pending += callbacks.count
    }

    private func emit(_ callbacks: [OutgoingCallback], _ content: inout Content) {
        content.pending += callbacks.count
        out.yield(callbacks)
    }
}
