public import RicevutaCore
import Visengine

/// Waits for an order's document by looking at the ledger again and again.
public struct OrderWaiting: Sendable {
    /// How far an order has come, for people.
    public struct Progress: Sendable, Equatable {
        /// How many steps there are.
        public static let steps = 5
        /// The steps that are done, from 1.
        public var step: Int
        /// What is going on.
        public var text: String

        /// What a record shows.
        public init(of record: OrderRecord) {
            (step, text) =
                switch (record.document, record.state) {
                case (.stored, _): (5, "document stored")
                case (.failed, _): (4, "gave up on the document")
                case (_, nil): (1, record.placement.rawValue)
                case (_, .searching?), (_, .unknown(_)?): (2, record.state?.name ?? "-")
                case (_, .processing?): (3, "processing")
                case (_, .available?), (_, .fulfilled?): (4, "fetching the document")
                case (_, .cancelled?): (4, "cancelled")
                }
        }
    }

    /// Why there is no document.
    public enum Failure: Error, Equatable {
        /// The order ended without one, in this state.
        case ended(String)
        /// The order stands still until somebody chooses a search's result.
        case needsChoice
        /// The time was over.
        case timedOut
        /// The ledger cannot be read, or has no such order.
        case ledger(LedgerError)
        /// The task was cancelled.
        case cancelled
    }

    private let interval: Duration
    private let timeout: Duration?
    private let patience: Duration
    private let look: @Sendable () async throws(LedgerError) -> OrderRecord

    /// Creates a waiter.
    ///
    /// - Parameters:
    ///   - interval: The pause between two looks.
    ///   - timeout: For how long to wait; `nil` for ever.
    ///   - patience: After how long without progress somebody should know why.
    ///   - look: Reads the order.
    public init(
        interval: Duration = .milliseconds(200),
        timeout: Duration? = nil,
        patience: Duration = .seconds(10),
        look: @escaping @Sendable () async throws(LedgerError) -> OrderRecord
    ) {
        self.interval = interval
        self.timeout = timeout
        self.patience = patience
        self.look = look
    }

    /// Waits until the document is in the archive.
    ///
    /// An order whose placing was not answered is waited for, too: reconciliation finds it by its token.
    ///
    /// - Parameters:
    ///   - report: Hears of each look.
    ///   - stalled: Hears once of each step that lasts for longer than the patience.
    /// - Returns: The order as it was then.
    /// - Throws: ``Failure``.
    public func run(
        report: (Progress) -> Void,
        stalled: (OrderRecord) async -> Void = { _ in }
    ) async throws(Failure) -> OrderRecord {
        let start = ContinuousClock.now
        var (step, stepStart, isTold) = (0, start, false)
        while true {
            let record: OrderRecord
            do throws(LedgerError) { record = try await look() } catch { throw .ledger(error) }
            let progress = Progress(of: record)
            report(progress)
            if progress.step != step { (step, stepStart, isTold) = (progress.step, .now, false) }
            if record.document == .stored { return record }
            if record.document == .failed || record.state == .cancelled || record.placement == .refused {
                throw .ended(progress.text)
            }
            if record.choiceSince != nil { throw .needsChoice }
            if let timeout, start.duration(to: .now) >= timeout { throw .timedOut }
            if !isTold, stepStart.duration(to: .now) >= patience {
                isTold = true
                await stalled(record)
            }
            do { try await Task.sleep(for: interval) } catch { throw .cancelled }
        }
    }
}
