import Callbacks
import Dispatch
import Synchronization

/// Hands journaled callbacks to the ledger, in order, and keeps each until the ledger has it.
///
/// One lot is with the ledger at a time, and lots follow each other at an interval, while the next one grows: the more
/// callbacks a transaction has, the cheaper is each, and the fewer syncs of the ledger hold up those of the journal.
/// Few callbacks are not kept waiting: the interval is as long as the last lot was large.
final class LedgerFeed: Sendable {
    fileprivate struct State {
        /// What the ledger does not have, by number, as it was written; the first `handed` of these are with it now.
        ///
        /// Never copied or freed under the lock, which those wait for that acknowledge.
        var waiting: [[ReceivedCallback]] = []
        var count = 0
        var bytes = 0
        var handed = 0
        /// Whether there is more in the files, which comes before what waits here.
        var hasBacklog: Bool
        /// Whether the first of what waits came out of the files: it is handed over by itself.
        var isFirstOfBacklog = false
        /// How many callbacks are in the files alone.
        var filed: Int
        /// The number that the next callback will have at least.
        var next: Int64
        var settled: Int64
        /// When the last lot was handed over, and how many callbacks it had.
        var handedAt: ContinuousClock.Instant?
        var lastLot = 0
        /// Since when the ledger is left alone because it failed.
        var restingSince: ContinuousClock.Instant?
        var setAside = 0
        var isFinishing = false
        var isWaitingForRoom = false
    }

    private let state: Mutex<State>
    /// What is in the files, to be read by the journal's thread.
    private let backlog: Mutex<JournalBacklog>
    private let ledger: any CallbackRecorder
    private let configuration: JournalConfiguration
    private let asides: SetAside
    private let onChange: @Sendable () -> Void
    private let change = DispatchSemaphore(value: 0)

    init(
        _ ledger: any CallbackRecorder,
        _ configuration: JournalConfiguration,
        asides: SetAside,
        found: JournalReader.Found,
        nextNumber: Int64,
        onChange: @escaping @Sendable () -> Void
    ) {
        self.ledger = ledger
        self.configuration = configuration
        self.asides = asides
        self.onChange = onChange
        backlog = Mutex(found.backlog)
        state = Mutex(
            State(
                hasBacklog: !found.backlog.isEmpty,
                filed: found.unsettled,
                next: nextNumber,
                settled: found.backlog.isEmpty ? nextNumber - 1 : found.settled
            )
        )
    }

    /// The ledger has every callback up to this number.
    var settled: Int64 { state.withLock { $0.settled } }

    var status: (unsettled: Int, setAside: Int, isResting: Bool) {
        state.withLock { ($0.count + $0.filed, $0.setAside, $0.restingSince != nil) }
    }

    /// Begins with what an earlier process left.
    func start() {
        for aside in asides.all() {
            state.withLock { $0.setAside += 1 }
            ledger.record(aside.callback) { [self] outcome in
                guard outcome.isKept, asides.remove(aside) else { return }
                state.withLock { $0.setAside -= 1 }
            }
        }
        hand()
    }

    /// Takes callbacks that are synced.
    func add(_ callbacks: [ReceivedCallback]) {
        guard let last = callbacks.last?.number else { return }
        let bytes = Self.bytes(of: callbacks)
        state.withLock { state in
            state.waiting.append(callbacks)
            state.count += callbacks.count
            state.bytes += bytes
            state.next = last + 1
        }
    }

    /// Hands over the next lot if one is due.
    ///
    /// - Returns: After how long to call this again; `nil` when there is nothing to hand over before something changes.
    func handIfDue() -> Duration? {
        let wait: Duration? = state.withLock { state in
            guard state.handed == 0, state.hasBacklog || !state.waiting.isEmpty else { return nil }
            let (since, interval) =
                state.restingSince.map { ($0, configuration.retryInterval) }
                ?? (state.handedAt, state.interval(configuration))
            return since.map { max(.zero, interval - $0.duration(to: .now)) } ?? .zero
        }
        guard wait == .zero else { return wait }
        hand()
        return nil
    }

    /// Waits until the ledger is little enough behind.
    ///
    /// - Returns: `false` when it is far behind and fails.
    func waitForRoom() -> Bool {
        while true {
            let (answer, isFree): (Bool?, Bool) = state.withLock { state in
                if state.count < configuration.maxUnsettled && state.bytes < configuration.maxUnsettledBytes {
                    return (true, false)
                }
                if state.restingSince != nil { return (false, false) }
                state.isWaitingForRoom = true
                return (nil, state.handed == 0)
            }
            if let answer { return answer }
            // Nothing was handed over: what there is has been found meanwhile, or cannot be read.
            if isFree, !hand() { continue }
            change.wait()
        }
    }

    /// Waits until the ledger has everything, or has failed once more.
    func finish() {
        var isFirst = true
        while true {
            let (isOver, isFree) = state.withLock { state in
                state.isFinishing = true
                guard state.handed == 0 else { return (false, false) }
                let isEmpty = state.waiting.isEmpty && !state.hasBacklog
                return (isEmpty || (!isFirst && state.restingSince != nil), true)
            }
            if isOver { return }
            if isFree {
                isFirst = false
                if !hand() { continue }
            }
            change.wait()
        }
    }

    // MARK: Lots

    /// Hands over the next lot.
    ///
    /// - Returns: Whether there was one; then ``finish(_:_:)`` comes.
    @discardableResult
    private func hand() -> Bool {
        readBacklog()
        let lot = state.withLock { state -> [[ReceivedCallback]] in
            guard state.handed == 0 else { return [] }
            state.handedAt = .now
            // Files that could not be read have their turn before anything that came later.
            guard !state.hasBacklog || state.isFirstOfBacklog else { return [] }
            state.restingSince = nil
            if state.isFirstOfBacklog {
                state.handed = 1
                return Array(state.waiting.prefix(1))
            }
            var count = 0
            state.handed =
                state.waiting.prefix { batch in
                    defer { count += batch.count }
                    return count < configuration.maxHanded
                }.count
            return Array(state.waiting.prefix(state.handed))
        }
        guard !lot.isEmpty else { return false }
        let callbacks = lot.flatMap(\.self)
        state.withLock { $0.lastLot = callbacks.count }
        ledger.record(callbacks) { [self] outcomes in finish(callbacks, outcomes) }
        return true
    }

    /// Puts the next callbacks of the files before what waits, if it is their turn.
    private func readBacklog() {
        let isDue = state.withLock { $0.handed == 0 && $0.hasBacklog && !$0.isFirstOfBacklog }
        guard isDue else { return }
        let read: (callbacks: [ReceivedCallback], isLast: Bool)? = backlog.withLock { backlog in
            do throws(JournalError) {
                return (try backlog.next(atMost: configuration.maxHanded), backlog.isEmpty)
            } catch {
                return nil
            }
        }
        let bytes = Self.bytes(of: read?.callbacks ?? [])
        state.withLock { state in
            guard let (callbacks, isLast) = read else {
                state.restingSince = .now  // Tried again later, like a ledger that fails.
                return
            }
            state.hasBacklog = !isLast
            state.filed = isLast ? 0 : max(0, state.filed - callbacks.count)
            guard !callbacks.isEmpty else {
                if isLast, state.waiting.isEmpty { state.settled = state.next - 1 }
                return
            }
            state.isFirstOfBacklog = true
            state.waiting.insert(callbacks, at: 0)
            state.count += callbacks.count
            state.bytes += bytes
        }
    }

    /// Keeps what the ledger did not take; runs on the ledger's thread.
    private func finish(_ lot: [ReceivedCallback], _ outcomes: [RecordOutcome]) {
        var kept: [ReceivedCallback] = []
        var setAside = 0
        for (callback, outcome) in zip(lot, outcomes) {
            switch outcome {
            case .accepted, .duplicate: break
            // Where it cannot be set aside either, the disk is to blame.
            case .unwritable where asides.add(callback): setAside += 1
            case .unwritable, .failed, .overloaded, .timedOut: kept.append(callback)
            }
        }
        let bytes = Self.bytes(of: lot) - Self.bytes(of: kept)
        let (isAwaited, done) = state.withLock { state in
            let done = Array(state.waiting.prefix(state.handed))
            state.waiting.replaceSubrange(..<state.handed, with: kept.isEmpty ? [] : [kept])
            state.count -= lot.count - kept.count
            state.bytes -= bytes
            state.handed = 0
            if state.isFirstOfBacklog { state.isFirstOfBacklog = !kept.isEmpty }
            if state.hasBacklog, !state.isFirstOfBacklog {
                state.settled = lot.last?.number ?? state.settled
            } else {
                state.settled = (state.waiting.first?.first?.number ?? state.next) - 1
            }
            state.restingSince = kept.isEmpty ? nil : .now
            state.setAside += setAside
            defer { state.isWaitingForRoom = false }
            return (state.isFinishing || state.isWaitingForRoom, done)
        }
        if isAwaited { change.signal() } else { onChange() }
        withExtendedLifetime(done) {}  // Freed here, not under the lock.
    }

    private static func bytes(of callbacks: [ReceivedCallback]) -> Int {
        callbacks.reduce(0) { $0 + $1.body.count }
    }
}

extension LedgerFeed.State {
    /// A last lot of so many callbacks makes the interval a whole one; at less than so many an interval lots shrink.
    private static let wholeLot = 256

    /// How long more may be waited for after the last lot.
    fileprivate func interval(_ configuration: JournalConfiguration) -> Duration {
        guard !hasBacklog, !isFirstOfBacklog, count < configuration.maxHanded else { return .zero }
        return configuration.interval * min(lastLot, Self.wholeLot) / Self.wholeLot
    }
}

extension RecordOutcome {
    /// Whether the ledger has the callback.
    fileprivate var isKept: Bool {
        switch self {
        case .accepted, .duplicate: true
        case .unwritable, .failed, .overloaded, .timedOut: false
        }
    }
}
