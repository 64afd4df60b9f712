public import Callbacks
import Dispatch
import Foundation
import Synchronization
import Visengine

/// Callbacks on disk, one after another, before they are acknowledged.
///
/// One thread takes all that waits, appends it to a file with one sync, and answers then; the ledger follows in its own
/// time, many callbacks to a transaction. What a callback sets going is decided there and nowhere else: whether it is a
/// fact that was known, and which order it is of. The journal keeps a callback until the ledger has it, across any
/// crash, and hands it over again then; the ledger knows one that it had already.
///
/// An answer of ``RecordOutcome/duplicate(id:)`` means that the same fact was journaled a moment ago; one that repeats
/// what is older is answered as new, and found to be known by the ledger.
///
/// Safe to use from any thread.
public final class CallbackJournal: CallbackRecorder {
    /// The directory that the files lie in.
    public let path: String

    private let queue: JournalQueue
    private let files: JournalFiles
    private let feed: LedgerFeed
    private let configuration: JournalConfiguration
    private let counts = Mutex(JournalStatistics())
    private let passers = Mutex<[CheckedContinuation<Void, Never>]>([])
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
    ///   - configuration: Limits.
    /// - Throws: ``JournalError``.
    public init(
        at directory: String,
        ledger: any CallbackRecorder,
        newest: Int64,
        configuration: JournalConfiguration = JournalConfiguration()
    ) throws(JournalError) {
        path = directory
        self.configuration = configuration
        let found = try JournalReader.read(directory)
        let last = max(newest, found.newest)
        files = try JournalFiles(
            directory,
            segmentBytes: configuration.segmentBytes,
            found: found.segments,
            nextNumber: last + 1,
            settled: found.settled
        )
        let queue = JournalQueue(maxCallbacks: configuration.maxQueuedCallbacks, maxBytes: configuration.maxQueuedBytes)
        self.queue = queue
        feed = LedgerFeed(
            ledger,
            configuration,
            asides: SetAside(directory: directory),
            unsettled: found.unsettled,
            settled: found.settled,
            nextNumber: last + 1,
            onChange: { queue.wake() }
        )
        counts.withLock {
            $0.recovered = found.unsettled.count
            $0.damaged = found.damaged
        }
        let thread = Thread { [self] in
            Thread.current.name = "journal"  // Seen by the system only when set from inside.
            run()
        }
        thread.start()
    }

    /// What the journal has done since it was opened.
    public var statistics: JournalStatistics {
        var statistics = counts.withLock { $0 }
        let state = feed.status
        statistics.unsettled = state.unsettled
        statistics.setAside = state.setAside
        statistics.isLedgerFailing = state.isResting
        return statistics
    }

    /// Queues one callback; see ``CallbackRecorder/record(_:completion:)``.
    public func record(_ callback: ReceivedCallback, completion: @escaping @Sendable (RecordOutcome) -> Void) {
        record([RecordEntry(callback, completion: completion)])
    }

    /// Queues callbacks; see ``CallbackRecorder/record(_:)``.
    public func record(_ entries: [RecordEntry]) {
        let (taken, refusal) = queue.add(entries)
        guard let refusal else { return }
        let outcome: RecordOutcome
        switch refusal {
        case .full:
            counts.withLock { $0.overloads += entries.count - taken }
            outcome = .overloaded(retryAfter: configuration.retryAfter)
        case .closed: outcome = .failed
        }
        for entry in entries[taken...] { entry.completion(outcome) }
    }

    /// Whether one more callback would be refused; see ``CallbackRecorder/shortage(besides:)``.
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

    /// Returns once the journal's thread has come by: never, if it hangs.
    public func roundTrip() async {
        await withCheckedContinuation { continuation in
            let isOver = ending.withLock { ending in
                if !ending.isOver { passers.withLock { $0.append(continuation) } }
                return ending.isOver
            }
            if isOver { return continuation.resume() }
            queue.wake()
        }
    }

    private func letPass() {
        let waiting = passers.withLock { passers in
            defer { passers = [] }
            return passers
        }
        for one in waiting { one.resume() }
    }

    // MARK: The thread

    private func run() {
        feed.start()
        var recent = RecentFacts()
        var batch: [RecordEntry] = []
        while queue.takeAll(into: &batch, waitingAtMost: limit()) {
            if batch.isEmpty { note() }
            write(batch, &recent)
            batch.removeAll(keepingCapacity: true)
            letPass()
            sched_yield()
        }
        feed.finish()
        if files.isBehind(feed.settled) { try? files.note(settled: feed.settled, isSynced: true) }
        files.close()
        let waiting = ending.withLock { ending in
            ending.isOver = true
            return ending.waiting
        }
        for continuation in waiting { continuation.resume() }
        letPass()
    }

    /// How long to wait for a callback at most.
    private func limit() -> Duration? {
        let due = feed.handIfDue()
        guard counts.withLock({ $0.isFailing }) else { return due }
        return min(due ?? configuration.retryInterval, configuration.retryInterval)
    }

    /// Writes down how far the ledger has come, so that the next start hands over no more than it has to; while writing
    /// fails, finds out whether it still does: whoever asks for readiness may send nothing before.
    private func note() {
        let settled = feed.settled
        let isFailing = counts.withLock { $0.isFailing }
        guard isFailing || files.isBehind(settled) else { return }
        // Without it, some more is handed over again.
        guard (try? files.note(settled: settled, isSynced: isFailing)) != nil, isFailing else { return }
        counts.withLock { $0.isFailing = false }
    }

    private func write(_ batch: [RecordEntry], _ recent: inout RecentFacts) {
        guard !batch.isEmpty else { return }
        guard feed.waitForRoom() else {
            // The ledger has taken nothing for long: what it may never take is not to be promised.
            for entry in batch { entry.completion(.failed) }
            return
        }
        var rest = batch[...]
        while !rest.isEmpty {
            do throws(JournalError) {
                let written = try files.append(rest.lazy.map(\.callback), settled: feed.settled)
                let entries = rest.prefix(written.count)
                rest = rest.dropFirst(written.count)
                counts.withLock {
                    $0.syncs += 1
                    $0.callbacks += written.count
                    $0.isFailing = false
                }
                // First, so that whoever has an answer finds its callback counted until the ledger has it.
                feed.add(written)
                for (entry, callback) in zip(entries, written) {
                    let number = callback.number ?? 0
                    let earlier = recent.note(CallbackFact.fingerprint(of: callback), number: number)
                    entry.completion(earlier.map(RecordOutcome.duplicate) ?? .accepted(id: number))
                }
            } catch {
                counts.withLock {
                    $0.failedWrites += 1
                    $0.isFailing = true
                }
                for entry in rest { entry.completion(.failed) }
                return
            }
        }
    }
}
