import Dispatch
import Foundation
import Synchronization

/// Runs blocking work on threads of its own, a limited number at a time.
///
/// The cooperative pool has one thread for each core, and the global queues share theirs with it: a disk, a file server
/// or a resolver that hangs would take them from everything else. What hangs here takes a thread of this set alone. A
/// thread that hangs in the kernel cannot be stopped; so its caller stops waiting instead, when the time limit is
/// over or the task is cancelled.
public final class BlockingThreads: Sendable {
    /// How a piece of work ended, for the one who waited.
    public enum Outcome<Value: Sendable>: Sendable {
        /// It is done.
        case finished(Value)
        /// Nobody waits for it any more: its time was over, or the task was cancelled.
        ///
        /// Work that had begun goes on and holds its thread; work that had not never begins.
        case abandoned
        /// It was not begun: every thread is held by abandoned work.
        case refused(abandoned: Int)
    }

    private struct State {
        var waiting: [Work] = []
        var idle: [Worker] = []
        var threads = 0
        var abandoned = 0
    }

    /// How long a thread without work is kept.
    private static let idleTime = DispatchTimeInterval.seconds(5)

    private let name: String
    private let limit: Int
    private let state = Mutex(State())

    /// Creates a set; threads are started when they are needed.
    ///
    /// - Parameters:
    ///   - name: What the system shows of each thread, cut to 15 bytes.
    ///   - limit: The most threads, at least 1.
    public init(name: String, limit: Int) {
        self.name = name
        self.limit = max(1, limit)
    }

    /// How much work goes on that nobody waits for any more.
    public var abandoned: Int { state.withLock { $0.abandoned } }

    /// Runs work on one of the threads, waiting for a free one first.
    ///
    /// - Parameters:
    ///   - time: The longest to wait for its end; `nil` is for ever.
    ///   - work: What blocks. It may go on after this call has returned, so it must own all that it touches.
    /// - Returns: Its value, or why there is none.
    public func run<Value: Sendable>(
        within time: Duration? = nil,
        _ work: @escaping @Sendable () -> Value
    ) async -> Outcome<Value> {
        let ticket = Ticket<Value>()
        let abandon: @Sendable () -> Void = { [self] in
            if ticket.abandon() { state.withLock { $0.abandoned += 1 } }
        }
        let deadline = time.map { Deadlines.shared.run(after: $0, abandon) }
        defer { if let deadline { Deadlines.shared.cancel(deadline) } }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard ticket.wait(continuation) else { return }
                add(
                    Work(
                        isWanted: { ticket.begin() },
                        perform: { ticket.finish(work()) },
                        refuse: { ticket.refuse(abandoned: $0) }
                    )
                )
            }
        } onCancel: {
            abandon()
        }
    }

    private func add(_ work: Work) {
        enum Next { case wake(Worker), start, wait, refuse(Int) }
        let next: Next = state.withLock { state in
            if let worker = state.idle.popLast() { return .wake(worker) }
            if state.threads < limit {
                state.threads += 1
                return .start
            }
            if state.abandoned >= limit { return .refuse(state.abandoned) }
            state.waiting.append(work)
            return .wait
        }
        switch next {
        case .wake(let worker): worker.give(work)
        case .start:
            let worker = Worker()
            worker.give(work)
            let thread = Thread { [self] in
                Thread.current.name = String(name.prefix(15))  // Seen by the system only when set from inside.
                serve(worker)
            }
            thread.start()
        case .wait: break
        case .refuse(let abandoned): work.refuse(abandoned)
        }
    }

    /// One thread's life: until there was no work for a while.
    private func serve(_ worker: Worker) {
        while true {
            if let work = worker.take(within: Self.idleTime) {
                perform(work)
                while let work = next(for: worker) { perform(work) }
            } else if leave(worker) {
                return
            }
        }
    }

    private func perform(_ work: Work) {
        guard work.isWanted() else { return }
        if work.perform() { state.withLock { $0.abandoned -= 1 } }
    }

    /// The next piece that waits; when there is none, the thread is idle.
    private func next(for worker: Worker) -> Work? {
        state.withLock { state in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.idle.append(worker)
            return nil
        }
    }

    /// Whether an idle thread may end: not when work is being given to it right now.
    private func leave(_ worker: Worker) -> Bool {
        state.withLock { state in
            guard let index = state.idle.firstIndex(where: { $0 === worker }) else { return false }
            state.idle.remove(at: index)
            state.threads -= 1
            return true
        }
    }
}

/// One piece of work.
private struct Work: Sendable {
    /// Marks the work as started.
    ///
    /// - Returns: Whether the caller still waits for it.
    let isWanted: @Sendable () -> Bool
    /// Does it; returns whether it was abandoned meanwhile.
    let perform: @Sendable () -> Bool
    let refuse: @Sendable (_ abandoned: Int) -> Void
}

/// What one thread waits with.
private final class Worker: Sendable {
    private let signal = DispatchSemaphore(value: 0)
    private let work = Mutex<Work?>(nil)

    func give(_ work: Work) {
        self.work.withLock { $0 = work }
        signal.signal()
    }

    func take(within time: DispatchTimeInterval) -> Work? {
        guard signal.wait(timeout: .now() + time) == .success else { return nil }
        return work.withLock { $0.take() }
    }
}

/// Lets the first of an end and a cancellation through to the one who waits.
private final class Ticket<Value: Sendable>: Sendable {
    typealias Outcome = BlockingThreads.Outcome<Value>

    private enum State {
        case new
        case waiting(CheckedContinuation<Outcome, Never>, isRunning: Bool)
        case over
    }

    private let state = Mutex(State.new)

    /// Whether there is anything to wait for: not after a cancellation.
    func wait(_ continuation: CheckedContinuation<Outcome, Never>) -> Bool {
        let isOver = state.withLock { state in
            if case .over = state { return true }
            state = .waiting(continuation, isRunning: false)
            return false
        }
        if isOver { continuation.resume(returning: .abandoned) }
        return !isOver
    }

    /// Whether the work is still wanted, now that a thread has come to it.
    func begin() -> Bool {
        state.withLock { state in
            guard case .waiting(let continuation, _) = state else { return false }
            state = .waiting(continuation, isRunning: true)
            return true
        }
    }

    /// Whether the work had been abandoned.
    func finish(_ value: Value) -> Bool { !end(.finished(value)) }

    func refuse(abandoned: Int) { _ = end(.refused(abandoned: abandoned)) }

    /// Whether a thread goes on with it.
    func abandon() -> Bool {
        let (continuation, isRunning) = state.withLock { state -> (CheckedContinuation<Outcome, Never>?, Bool) in
            defer { state = .over }
            if case .waiting(let continuation, let isRunning) = state { return (continuation, isRunning) }
            return (nil, false)
        }
        continuation?.resume(returning: .abandoned)
        return isRunning
    }

    private func end(_ outcome: Outcome) -> Bool {
        let continuation = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
            defer { state = .over }
            if case .waiting(let continuation, _) = state { return continuation }
            return nil
        }
        continuation?.resume(returning: outcome)
        return continuation != nil
    }
}
