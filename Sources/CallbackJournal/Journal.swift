import Dispatch
import Foundation
public import RicevutaCore
import Synchronization

/// The write-ahead log: callbacks on disk, one after another, before they are acknowledged.
///
/// One thread takes all that waits, appends it to a file with one sync, and answers then; the ledger, which is the
/// system of record, follows in its own time, many callbacks to a transaction. What follows from a callback is decided
/// there and nowhere else: whether its fact is new, and which order it is about. The journal keeps a callback
/// until the ledger has it, across any crash, and hands it over again then; the ledger knows one that it had already.
///
/// Nobody waits for longer than ``JournalConfiguration/maxWait``: what the disk has not taken by then is answered
/// ``JournalOutcome/timedOut``, and journaled all the same when the disk answers again.
///
/// What the ledger has is kept for a while (``JournalConfiguration/keep``). A ledger that is older than the journal,
/// since it was restored from a copy or lost its end, gets what it lacks from there, with the same numbers.
///
/// An answer of ``JournalOutcome/duplicate(of:)`` means that the same fact was journaled a moment ago; one that repeats
/// what is older is answered as new, and found to be known by the ledger (``JournalStatistics/duplicates``).
///
/// Safe to use from any thread.
public final class Journal: CallbackJournaling {
    /// The directory that the files lie in.
    public let path: String
    /// What no crash leaves, found when the journal was opened.
    public let damage: [JournalDamage]
    /// The number of the first callback that the ledger once had and had lost when the journal was opened.
    ///
    /// It and those behind it are handed over again; `nil` when the ledger had lost none.
    public let refilledFrom: Int64?

    private let queue: JournalQueue
    private let files: JournalFiles
    private let replicator: LedgerReplicator
    private let configuration: JournalConfiguration
    private let onWrite: @Sendable (Duration) -> Void
    private let counts = Mutex(JournalStatistics())
    /// What is being written.
    private let inFlight = Mutex(WaitingCallbacks())
    private let clockEnd = DispatchSemaphore(value: 0)
    /// How often files are looked after when no callback comes.
    private static let upkeepInterval = Duration.seconds(60)
    private let heartbeats = Mutex<[CheckedContinuation<Void, Never>]>([])
    private let ending = Mutex<(isOver: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

    /// Opens the journal in a directory, creating what is missing, and begins to hand over what a crash left.
    ///
    /// Opening works from every state that a crash can leave. Blocks on the disk. One process at a time: the ledger's
    /// lock is what keeps a second one away.
    ///
    /// - Parameters:
    ///   - directory: Where the journal's files lie; nothing else is in it.
    ///   - ledger: Takes the callbacks over; closed after the journal.
    ///   - newest: The greatest number of a callback that the ledger knows; this journal's are greater.
    ///   - handedOver: The greatest number that the ledger has recorded as handed over to it; `nil` when it does not
    ///     say, and the journal's own word counts.
    ///   - configuration: Limits.
    ///   - onWrite: Gets how long each write took with its sync; called on the journal's thread.
    /// - Throws: ``JournalError``.
    public convenience init(
        at directory: String,
        ledger: any CallbackApplying,
        newest: Int64,
        handedOver: Int64? = nil,
        configuration: JournalConfiguration = JournalConfiguration(),
        onWrite: @escaping @Sendable (Duration) -> Void = { _ in }
    ) throws(JournalError) {
        try self.init(
            at: directory,
            ledger: ledger,
            newest: newest,
            handedOver: handedOver,
            configuration: configuration,
            disk: .system,
            onWrite: onWrite
        )
    }

    init(
        at directory: String,
        ledger: any CallbackApplying,
        newest: Int64,
        handedOver: Int64?,
        configuration: JournalConfiguration,
        disk: JournalDisk,
        onWrite: @escaping @Sendable (Duration) -> Void = { _ in }
    ) throws(JournalError) {
        path = directory
        self.onWrite = onWrite
        self.configuration = configuration
        let found = try JournalReader.read(directory, handedOver: handedOver)
        damage = found.damage
        refilledFrom = found.refilledFrom
        let last = max(newest, found.newest, handedOver ?? 0)
        files = try JournalFiles(directory, configuration, disk: disk, found: found, nextNumber: last + 1)
        JournalFindings.write(Self.findings(found), to: directory)
        let queue = JournalQueue(maxCallbacks: configuration.maxQueuedCallbacks, maxBytes: configuration.maxQueuedBytes)
        self.queue = queue
        replicator = LedgerReplicator(
            ledger,
            configuration,
            quarantine: QuarantinedCallbacks(directory: directory),
            found: found,
            nextNumber: last + 1,
            onChange: { queue.wake() }
        )
        counts.withLock { [bytes = files.bytes] in
            $0.bytes = bytes
            $0.recovered = found.unsettled
            $0.damaged = found.damage.count
        }
        let thread = Thread { [self] in
            Thread.current.name = "journal"  // Seen by the system only when set from inside.
            run()
        }
        thread.start()
        let clock = Thread { [self] in
            Thread.current.name = "journal-clock"
            watchTheClock()
        }
        clock.start()
    }

    private static func findings(_ found: JournalReader.Found) -> [String] {
        var lines = found.damage.map(\.description)
        if let first = found.refilledFrom {
            lines.append(
                "the ledger was older than the journal: refilled with \(found.unsettled) callbacks from number \(first)"
            )
        }
        return lines
    }

    /// What the journal has done since it was opened.
    public var statistics: JournalStatistics {
        var statistics = counts.withLock { $0 }
        let state = replicator.status
        statistics.unsettled = state.unsettled
        statistics.quarantined = state.quarantined
        statistics.duplicates = state.duplicates
        statistics.isLedgerFailing = state.isFailing
        statistics.isStalled = queue.isStalled
        return statistics
    }

    /// Queues callbacks; see ``CallbackJournaling/record(_:)``.
    public func record(_ entries: [RecordEntry]) {
        let admission = queue.add(entries)
        if admission.isLate {
            counts.withLock { $0.timedOut += admission.taken }
            for entry in entries.prefix(admission.taken) { entry.completion(.timedOut) }
        }
        guard let refusal = admission.refusal else { return }
        let outcome: JournalOutcome
        switch refusal {
        case .full:
            counts.withLock { $0.overloads += entries.count - admission.taken }
            outcome = .overloaded(retryAfter: configuration.retryAfter)
        case .closed: outcome = .failed
        }
        for entry in entries[admission.taken...] { entry.completion(outcome) }
    }

    /// Whether one more callback would be refused; see ``CallbackJournaling/shortage(besides:)``.
    public func shortage(besides count: Int) -> Duration? {
        guard !queue.hasRoom(besides: count) else { return nil }
        counts.withLock { $0.overloads += 1 }
        return configuration.retryAfter
    }

    /// Takes no more, and waits until the ledger has all that was acknowledged, or cannot take it: then the next start
    /// hands it over.
    public func close() async {
        queue.close()
        await withCheckedContinuation { continuation in
            let isOver = ending.withLock { ending in
                if !ending.isOver { ending.waiting.append(continuation) }
                return ending.isOver
            }
            if isOver { continuation.resume() }
        }
    }

    /// Returns once the journal's thread has responded: never, if it hangs.
    public func heartbeat() async {
        await withCheckedContinuation { continuation in
            let isOver = ending.withLock { ending in
                if !ending.isOver { heartbeats.withLock { $0.append(continuation) } }
                return ending.isOver
            }
            if isOver { return continuation.resume() }
            queue.wake()
        }
    }

    private func answerHeartbeats() {
        let waiting = heartbeats.withLock { heartbeats in
            defer { heartbeats = [] }
            return heartbeats
        }
        for one in waiting { one.resume() }
    }

    // MARK: The thread

    private func run() {
        replicator.start()
        var recent = DuplicateWindow()
        var batch = WaitingCallbacks()
        var state = WritingState()
        while queue.takeAll(into: &batch, waitingAtMost: limit()) {
            if batch.isEmpty {
                note(&state)
            } else {
                write(&batch, &recent, &state)
                batch.removeAll()
            }
            answerHeartbeats()
            sched_yield()
        }
        replicator.finish()
        // A note that cannot be written makes the next start hand over again what the ledger knows.
        if files.isBehind(replicator.settled) { try? files.note(settled: replicator.settled, isSynced: true) }
        files.close()
        clockEnd.signal()
        let waiting = ending.withLock { ending in
            ending.isOver = true
            return ending.waiting
        }
        for continuation in waiting { continuation.resume() }
        answerHeartbeats()
    }

    /// What the thread remembers between two batches.
    private struct WritingState {
        /// Before this, nothing is written: the last attempt failed.
        var notBefore: ContinuousClock.Instant?
        /// When the files were looked after.
        var keptUp = ContinuousClock.now
    }

    /// How long to wait for a callback at most.
    private func limit() -> Duration {
        let due = replicator.flushIfDue() ?? Self.upkeepInterval
        return counts.withLock({ $0.isFailing }) ? min(due, configuration.retryInterval) : due
    }

    /// Writes down how far the ledger has come, so that the next start hands over no more than it has to; while writing
    /// fails, finds out whether it still does: whoever asks for readiness may send nothing before.
    private func note(_ state: inout WritingState) {
        let settled = replicator.settled
        lookAfterFiles(settled, &state)
        let isFailing = counts.withLock { $0.isFailing }
        guard isFailing || files.isBehind(settled) else { return }
        if let notBefore = state.notBefore, .now < notBefore { return }
        do throws(JournalError) {
            try files.note(settled: settled, isSynced: isFailing)
            state.notBefore = nil
            if isFailing { counts.withLock { $0.isFailing = false } }
        } catch {
            // Without it, some more is handed over again.
            state.notBefore = .now + configuration.retryInterval
        }
    }

    private func lookAfterFiles(_ settled: Int64, _ state: inout WritingState) {
        // A ledger that fails may lack space.
        let isLedgerFailing = replicator.status.isFailing
        guard isLedgerFailing || state.keptUp.duration(to: .now) >= Self.upkeepInterval else { return }
        state.keptUp = .now
        files.upkeep(settled: settled)
        files.leaveRoom(settled: settled)
        counts.withLock { $0.bytes = files.bytes }
    }

    private func write(_ batch: inout WaitingCallbacks, _ recent: inout DuplicateWindow, _ state: inout WritingState) {
        let entries = batch.entries
        inFlight.withLock { swap(&$0, &batch) }
        defer { inFlight.withLock { swap(&$0, &batch) } }
        // A failing disk is not tried for every callback, so the journal's own thread pauses; each callback is still
        // tried, since it comes once.
        if let notBefore = state.notBefore {
            Thread.sleep(forTimeInterval: max(0, ContinuousClock.now.duration(to: notBefore).inSeconds))
        }
        guard replicator.waitForRoom() else {
            // The ledger has taken nothing for long: what it may never take is not to be promised.
            lookAfterFiles(replicator.settled, &state)
            answer(entries[...]) { _ in .failed }
            return
        }
        var rest = entries[...]
        while !rest.isEmpty {
            do throws(JournalError) {
                let start = ContinuousClock.now
                let written = try files.append(rest.lazy.map(\.callback), settled: replicator.settled)
                onWrite(start.duration(to: .now))
                let ours = rest.prefix(written.count)
                rest = rest.dropFirst(written.count)
                state.notBefore = nil
                counts.withLock {
                    $0.syncs += 1
                    $0.callbacks += written.count
                    $0.bytes = files.bytes
                    $0.isFailing = false
                }
                // First, so that whoever has an answer finds its callback counted until the ledger has it.
                replicator.add(written)
                answer(ours) { index in
                    let number = written[index].number ?? 0
                    let earlier = recent.note(CallbackFact.fingerprint(of: written[index]), number: number)
                    return earlier.map(JournalOutcome.duplicate) ?? .accepted(number: number)
                }
                if queue.isStalled { queue.isStalled = false }
            } catch {
                state.notBefore = .now + configuration.retryInterval
                counts.withLock {
                    $0.failedWrites += 1
                    $0.isFailing = true
                }
                answer(rest) { _ in .failed }
                queue.isStalled = false
                return
            }
        }
    }

    /// Answers the next callbacks of those in flight, but for those that were answered meanwhile.
    ///
    /// - Parameters:
    ///   - entries: The next ones in flight.
    ///   - outcome: Of the one with this index, from 0; called for each of them.
    private func answer(_ entries: ArraySlice<RecordEntry>, _ outcome: (Int) -> JournalOutcome) {
        let parts = inFlight.withLock { $0.answer(first: entries.count) }
        var index = 0
        for (count, isOurs) in parts {
            for _ in 0..<count {
                let result = outcome(index)
                if isOurs { entries[entries.startIndex + index].completion(result) }
                index += 1
            }
        }
    }

    // MARK: The clock

    /// Answers what has waited for too long: on a thread of its own, since the journal's may hang in a sync.
    private func watchTheClock() {
        let tick = min(.seconds(1), max(.milliseconds(5), configuration.maxWait / 20))
        while clockEnd.wait(timeout: .now() + tick.inSeconds) == .timedOut {
            let time = ContinuousClock.now - configuration.maxWait
            let late = inFlight.withLock { inFlight in
                let late = inFlight.expire(before: time) + queue.expire(before: time)
                // Until the journal's thread has an answer for what it is at.
                if !late.isEmpty, !inFlight.isEmpty { queue.isStalled = true }
                return late
            }
            guard !late.isEmpty else { continue }
            counts.withLock { $0.timedOut += late.count }
            for entry in late { entry.completion(.timedOut) }
        }
    }
}
