import Dispatch
import RicevutaCore
import Synchronization

/// Replicates journaled callbacks to the ledger, in order, and keeps each until the ledger has it.
///
/// One batch is in flight at a time, and batches follow each other at an interval, while the next one grows: the more
/// callbacks a transaction has, the cheaper is each, and the fewer syncs of the ledger hold up those of the journal.
/// Few callbacks are not kept waiting: the interval is as long as the last batch was large.
final class LedgerReplicator: Sendable {
    fileprivate struct State {
        /// What the ledger does not have, by number, as it was written; the first `inFlight` of these are with it now.
        ///
        /// Never copied or freed under the lock: acknowledging waits for it.
        var waiting: [[ReceivedCallback]] = []
        var count = 0
        var bytes = 0
        var inFlight = 0
        /// Whether there is more in the files, which comes before what waits here.
        var hasBacklog: Bool
        /// Whether the first of what waits came out of the files: it is handed over by itself.
        var isFirstOfBacklog = false
        /// How many callbacks are in the files alone.
        var filed: Int
        /// The number that the next callback will have at least.
        var next: Int64
        var settled: Int64
        /// When the last batch was handed over, and how many callbacks it had.
        var flushedAt: ContinuousClock.Instant?
        var lastBatch = 0
        /// Since when the ledger is not tried, because it failed.
        var failingSince: ContinuousClock.Instant?
        var quarantined = 0
        /// Callbacks that the ledger found to repeat a fact that it has.
        var duplicates = 0
        var isFinishing = false
        var isWaitingForRoom = false
    }

    private let state: Mutex<State>
    /// What is in the files, to be read by the journal's thread.
    private let backlog: Mutex<JournalBacklog>
    private let ledger: any CallbackApplying
    private let configuration: JournalConfiguration
    private let quarantine: QuarantinedCallbacks
    private let onChange: @Sendable () -> Void
    private let change = DispatchSemaphore(value: 0)

    init(
        _ ledger: any CallbackApplying,
        _ configuration: JournalConfiguration,
        quarantine: QuarantinedCallbacks,
        found: JournalReader.Found,
        nextNumber: Int64,
        onChange: @escaping @Sendable () -> Void
    ) {
        self.ledger = ledger
        self.configuration = configuration
        self.quarantine = quarantine
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

    var status: (unsettled: Int, quarantined: Int, duplicates: Int, isFailing: Bool) {
        state.withLock { ($0.count + $0.filed, $0.quarantined, $0.duplicates, $0.failingSince != nil) }
    }

    /// Begins with what an earlier process left.
    func start() {
        let quarantined = quarantine.all()
        if !quarantined.isEmpty {
            state.withLock { $0.quarantined += quarantined.count }
            // Out of order: they say nothing about how far the ledger has come.
            ledger.apply(quarantined.map(\.callback), upTo: nil) { [self] outcomes in release(quarantined, outcomes) }
        }
        flush()
    }

    /// Removes from quarantine what the ledger has taken after all.
    private func release(_ entries: [QuarantinedCallbacks.Entry], _ outcomes: [ApplyOutcome]) {
        for (entry, outcome) in zip(entries, outcomes) {
            guard outcome.isRecorded, quarantine.remove(entry) else { continue }
            state.withLock { state in
                state.quarantined -= 1
                if outcome.isDuplicate { state.duplicates += 1 }
            }
        }
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

    /// Hands over the next batch if one is due.
    ///
    /// - Returns: After how long to call this again; `nil` when there is nothing to hand over before something changes.
    func flushIfDue() -> Duration? {
        let wait: Duration? = state.withLock { state in
            guard state.inFlight == 0, state.hasBacklog || !state.waiting.isEmpty else { return nil }
            let (since, interval) =
                state.failingSince.map { ($0, configuration.retryInterval) }
                ?? (state.flushedAt, state.interval(configuration))
            return since.map { max(.zero, interval - $0.duration(to: .now)) } ?? .zero
        }
        guard wait == .zero else { return wait }
        flush()
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
                if state.failingSince != nil { return (false, false) }
                state.isWaitingForRoom = true
                return (nil, state.inFlight == 0)
            }
            if let answer { return answer }
            // Nothing was handed over: what there is has been found meanwhile, or cannot be read.
            if isFree, !flush() { continue }
            change.wait()
        }
    }

    /// Waits until the ledger has everything, or has failed once more.
    func finish() {
        var isFirst = true
        while true {
            let (isOver, isFree) = state.withLock { state in
                state.isFinishing = true
                guard state.inFlight == 0 else { return (false, false) }
                let isEmpty = state.waiting.isEmpty && !state.hasBacklog
                return (isEmpty || (!isFirst && state.failingSince != nil), true)
            }
            if isOver { return }
            if isFree {
                isFirst = false
                if !flush() { continue }
            }
            change.wait()
        }
    }

    // MARK: Batches

    /// Hands over the next batch.
    ///
    /// - Returns: Whether there was one; then ``finish(_:_:)`` comes.
    @discardableResult
    private func flush() -> Bool {
        readBacklog()
        let batch = state.withLock { state -> [[ReceivedCallback]] in
            guard state.inFlight == 0 else { return [] }
            state.flushedAt = .now
            // Files that could not be read have their turn before anything that came later.
            guard !state.hasBacklog || state.isFirstOfBacklog else { return [] }
            state.failingSince = nil
            if state.isFirstOfBacklog {
                state.inFlight = 1
                return Array(state.waiting.prefix(1))
            }
            var count = 0
            state.inFlight =
                state.waiting.prefix { group in
                    defer { count += group.count }
                    return count < configuration.maxHanded
                }.count
            return Array(state.waiting.prefix(state.inFlight))
        }
        guard !batch.isEmpty else { return false }
        let callbacks = batch.flatMap(\.self)
        state.withLock { $0.lastBatch = callbacks.count }
        ledger.apply(callbacks, upTo: callbacks.last?.number) { [self] outcomes in finish(callbacks, outcomes) }
        return true
    }

    /// Puts the next callbacks of the files before what waits, if it is their turn.
    private func readBacklog() {
        let isDue = state.withLock { $0.inFlight == 0 && $0.hasBacklog && !$0.isFirstOfBacklog }
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
                state.failingSince = .now  // Tried again later, like a ledger that fails.
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
    private func finish(_ batch: [ReceivedCallback], _ outcomes: [ApplyOutcome]) {
        var kept: [ReceivedCallback] = []
        var quarantined = 0
        var duplicates = 0
        for (callback, outcome) in zip(batch, outcomes) {
            switch outcome {
            case .recorded: break
            case .duplicate: duplicates += 1
            // Where it cannot be quarantined either, the disk is to blame.
            case .unwritable where quarantine.add(callback): quarantined += 1
            case .unwritable, .failed: kept.append(callback)
            }
        }
        let bytes = Self.bytes(of: batch) - Self.bytes(of: kept)
        let (isAwaited, done) = state.withLock { state in
            let done = Array(state.waiting.prefix(state.inFlight))
            state.waiting.replaceSubrange(..<state.inFlight, with: kept.isEmpty ? [] : [kept])
            state.count -= batch.count - kept.count
            state.bytes -= bytes
            state.inFlight = 0
            if state.isFirstOfBacklog { state.isFirstOfBacklog = !kept.isEmpty }
            if state.hasBacklog, !state.isFirstOfBacklog {
                state.settled = batch.last?.number ?? state.settled
            } else {
                state.settled = (state.waiting.first?.first?.number ?? state.next) - 1
            }
            state.failingSince = kept.isEmpty ? nil : .now
            state.quarantined += quarantined
            state.duplicates += duplicates
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

extension LedgerReplicator.State {
    /// A last batch of this many callbacks makes the interval a whole one; smaller ones shorten it.
    private static let wholeBatch = 256

    /// How long more may be waited for after the last batch.
    fileprivate func interval(_ configuration: JournalConfiguration) -> Duration {
        guard !hasBacklog, !isFirstOfBacklog, count < configuration.maxHanded else { return .zero }
        return configuration.interval * min(lastBatch, Self.wholeBatch) / Self.wholeBatch
    }
}

extension ApplyOutcome {
    /// Whether the ledger has the callback, or its fact.
    fileprivate var isRecorded: Bool {
        switch self {
        case .recorded, .duplicate: true
        case .unwritable, .failed: false
        }
    }

    fileprivate var isDuplicate: Bool { if case .duplicate = self { true } else { false } }
}
