import BaseKit
import Logging
import RicevutaCore
import ServiceLifecycle

/// Leases due jobs while there is room, and does them side by side until asked to stop.
///
/// On graceful shutdown it takes nothing new, and waits a moment for what is under way. After that, and on
/// cancellation, what is under way stops at its next suspension point; the ledger still lists it, and its lease is free
/// for the next boot.
///
/// Jobs are leased together: a transaction for each place that becomes free would cost more than the work.
struct JobLoop<Work: Sendable>: Sendable {
    /// The jobs that were leased at one time.
    struct Leased: Sendable {
        var work: [Work]
        /// Whether more may be due than there was room for.
        var hasMore: Bool
    }

    let kind: JobKind
    let ledger: any JobLedger
    let maxInFlight: Int
    let lease: @Sendable (_ room: Int) async throws(LedgerError) -> Leased
    let perform: @Sendable (Work) async -> Void
    /// Ends the loop without a limit of time, once another has taken over.
    var drain = Drain()
    let logger: Logger

    private enum Event { case finished, gathered, woken(after: Duration), graceOver }

    /// How long to wait for more places to become free, while more than half are taken.
    private static var gatherTime: Duration { .milliseconds(2) }

    /// How long what is under way may take when everything is to stop: restarts are not to wait for a provider that
    /// does not answer.
    private static var grace: Duration { .seconds(1) }

    func run() async {
        await withTaskGroup(of: Event.self) { group in
            var inFlight = 0
            var isWaiting = false
            // Whether more may be due, and whether a place became free or more fell due since the last lease.
            var (hasMore, isChanged) = (true, true)
            var (isGathering, isGathered) = (false, false)
            var pacing = Pacing()
            group.addTask {
                try? await gracefulShutdown()  // Cancelled when the loop is over.
                try? await Task.sleep(for: Self.grace)  // As above.
                return .graceOver
            }
            while true {
                let isStopping = Task.isShuttingDownGracefully || Task.isCancelled || drain.hasBegun
                let isRoomy = inFlight <= maxInFlight / 2
                if !isStopping, hasMore, isChanged, inFlight < maxInFlight, isGathered || isRoomy {
                    (isChanged, isGathered) = (false, false)
                    let leased = await leased(room: maxInFlight - inFlight)
                    pacing.leased(leased?.work.count)
                    hasMore = leased?.hasMore ?? false
                    for work in leased?.work ?? [] {
                        group.addTask {
                            await JobMeters.time(kind) { await perform(work) }
                            return .finished
                        }
                    }
                    inFlight += leased?.work.count ?? 0
                }
                if !isStopping, inFlight < maxInFlight {
                    if !isWaiting {
                        isWaiting = true
                        group.addTask { [pause = pacing.pause] in await wait(pause) }
                    }
                    if hasMore, isChanged, !isGathering {
                        isGathering = true
                        group.addTask { await Self.gather() }
                    }
                }
                if isStopping, inFlight == 0 { break }
                switch await group.next() {
                case .finished:
                    inFlight -= 1
                    isChanged = true
                case .gathered:
                    isGathering = false
                    isGathered = true
                case .woken(let elapsed):
                    isWaiting = false
                    (hasMore, isChanged) = (true, true)
                    pacing.woken(after: elapsed)
                case .graceOver: group.cancelAll()
                case nil: break
                }
            }
            group.cancelAll()
        }
        logger.info("Stopped", metadata: ["service": "\(kind.rawValue)"])
    }

    private static func gather() async -> Event {
        await Deadlines.shared.sleep(for: gatherTime)  // Cancelled at the end.
        return .gathered
    }

    private func leased(room: Int) async -> Leased? {
        do throws(LedgerError) {
            return try await lease(room)
        } catch {
            if error != .closed {
                Alarms.raise(
                    .ledgerFailing,
                    "Leasing jobs failed",
                    ["service": "\(kind.rawValue)", "error": "\(error)"],
                    to: logger
                )
            }
            return nil
        }
    }

    private func wait(_ pause: Duration) async -> Event {
        await cancelWhenGracefulShutdown {
            if pause > .zero { await Deadlines.shared.sleep(for: pause) }  // Ends early on shutdown, which is wanted.
            let start = ContinuousClock.now
            await ledger.waitForWork(kind)
            return .woken(after: ContinuousClock.now - start)
        }
    }
}

extension JobLoop {
    /// Logs what the ledger did not take.
    ///
    /// A lost lease is nobody's fault: another owner carries on.
    static func report(_ error: LedgerError, _ doing: String, to logger: Logger) {
        if case .leaseLost = error {
            logger.debug("Lease lost", metadata: ["operation": "\(doing)"])
        } else if error != .closed {
            Alarms.raise(
                .ledgerFailing,
                "Ledger write failed",
                ["operation": "\(doing)", "error": "\(error)"],
                to: logger
            )
        }
    }
}
