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

    /// Why there will be no document.
    public enum Failure: Error, Equatable {
        /// The order ended without one, in this state.
        case ended(String)
        /// The ledger cannot be read, or has no such order.
        case ledger(LedgerError)
        /// The task was cancelled.
        case cancelled
    }

    private let interval: Duration
    private let look: @Sendable () async throws(LedgerError) -> OrderRecord

    /// Creates a waiter.
    ///
    /// - Parameters:
    ///   - interval: The pause between two looks.
    ///   - look: Reads the order.
    public init(
        interval: Duration = .milliseconds(200),
        look: @escaping @Sendable () async throws(LedgerError) -> OrderRecord
    ) {
        self.interval = interval
        self.look = look
    }

    /// Waits until the document is in the archive.
    ///
    /// - Parameter report: Hears of each look.
    /// - Returns: The order as it was then.
    /// - Throws: ``Failure``.
    public func run(report: (Progress) -> Void) async throws(Failure) -> OrderRecord {
        while true {
            let record: OrderRecord
            do throws(LedgerError) { record = try await look() } catch { throw .ledger(error) }
            let progress = Progress(of: record)
            report(progress)
            if record.document == .stored { return record }
            if record.document == .failed || record.state == .cancelled || record.placement == .refused {
                throw .ended(progress.text)
            }
            do { try await Task.sleep(for: interval) } catch { throw .cancelled }
        }
    }
}
