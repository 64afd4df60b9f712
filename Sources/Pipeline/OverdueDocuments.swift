import BaseKit
import Logging
import RicevutaCore
import Synchronization

/// Reports documents that have been available for long and could not be fetched, each once.
final class OverdueDocuments: Sendable {
    /// So many are remembered; beyond that some may be reported again.
    private static let maxRemembered = 10_000

    private let patience: Duration
    private let reported = Mutex<Set<Int64>>([])

    init(patience: Duration) { self.patience = patience }

    /// Sees a failed attempt at an order's document.
    func note(_ order: OrderRecord, _ reason: String, now: Timestamp, logger: Logger) {
        // The provider says when the order reached the state in which its document is ready.
        let since = order.lastUpdate ?? order.createdAt
        guard now - since >= patience else { return }
        let isNews = reported.withLock { reported in
            if reported.count >= Self.maxRemembered { reported.removeAll() }
            return reported.insert(order.key).inserted
        }
        guard isNews else { return }
        Alarms.raise(
            .documentOverdue,
            "Document overdue; retrying",
            ["since": "\(since)", "reason": "\(reason)"],
            to: logger
        )
    }

    /// The document is there, or is not waited for any more.
    func forget(_ order: Int64) {
        reported.withLock { _ = $0.remove(order) }
    }
}
