import Callbacks
import Logging
import ServiceLifecycle
import Visengine

/// Claims due jobs while there is room, and does them side by side until asked to stop.
///
/// On graceful shutdown it takes nothing new, and waits a moment for what is under way. After that, and on
/// cancellation, what is under way stops at its next suspension point; the ledger still lists it, and its lease is free
/// for the next boot.
struct JobLoop<Work: Sendable>: Sendable {
    let kind: JobKind
    let ledger: any JobLedger
    let maxInFlight: Int
    let claim: @Sendable (_ room: Int) async throws(LedgerError) -> [Work]
    let perform: @Sendable (Work) async -> Void
    let logger: Logger

    private enum Event { case finished, woken(after: Duration), graceOver }

    /// How long what is under way may take when everything is to stop: restarts are not to wait for a provider that
    /// does not answer.
    private static var grace: Duration { .seconds(1) }

    func run() async {
        await withTaskGroup(of: Event.self) { group in
            var inFlight = 0
            var isWaiting = false
            var pacing = Pacing()
            group.addTask {
                try? await gracefulShutdown()  // Cancelled when the loop is over.
                try? await Task.sleep(for: Self.grace)  // As above.
                return .graceOver
            }
            while true {
                let isStopping = Task.isShuttingDownGracefully || Task.isCancelled
                if !isStopping, inFlight < maxInFlight {
                    let claimed = await claimed(room: maxInFlight - inFlight)
                    pacing.claimed(claimed?.count)
                    for work in claimed ?? [] {
                        group.addTask {
                            await JobMeters.time(kind) { await perform(work) }
                            return .finished
                        }
                    }
                    inFlight += claimed?.count ?? 0
                    if inFlight < maxInFlight, !isWaiting {
                        isWaiting = true
                        group.addTask { [pause = pacing.pause] in await wait(pause) }
                    }
                }
                if isStopping, inFlight == 0 { break }
                switch await group.next() {
                case .finished: inFlight -= 1
                case .woken(let elapsed):
                    isWaiting = false
                    pacing.woken(after: elapsed)
                case .graceOver: group.cancelAll()
                case nil: break
                }
            }
            group.cancelAll()
        }
        logger.info("Stopped", metadata: ["service": "\(kind.rawValue)"])
    }

    private func claimed(room: Int) async -> [Work]? {
        do throws(LedgerError) {
            return try await claim(room)
        } catch {
            if error != .closed {
                Alarms.raise(.ledgerFailing)
                logger.error("Leasing jobs failed", metadata: ["service": "\(kind.rawValue)", "error": "\(error)"])
            }
            return nil
        }
    }

    private func wait(_ pause: Duration) async -> Event {
        await cancelWhenGracefulShutdown {
            if pause > .zero { try? await Task.sleep(for: pause) }  // Ends early on shutdown, which is wanted.
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
            Alarms.raise(.ledgerFailing)
            logger.error("Ledger write failed", metadata: ["operation": "\(doing)", "error": "\(error)"])
        }
    }
}
