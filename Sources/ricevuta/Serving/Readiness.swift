import AdminEndpoints
import BaseKit
import CallbackJournal
import RicevutaCore

/// Why callbacks cannot be taken now, or may soon not be.
struct Readiness: Sendable {
    /// One reason.
    struct Problem: Sendable, Equatable {
        /// Whether the disk has too little room.
        var isDiskLow = false
        /// A sentence, without secrets.
        var text: String
    }

    /// How long a question to the disk may take; who asks for readiness does not wait long.
    private static let diskTimeLimit = Duration.seconds(1)

    let journal: Journal
    let ledger: any LedgerStore
    let directory: DataDirectory
    /// A disk that hangs must not keep readiness from reporting it.
    let threads = BlockingThreads(name: "admin", limit: 4)
    private let minFreeBytes: @Sendable () -> Int64

    /// Creates one.
    ///
    /// - Parameters:
    ///   - stores: What has to work.
    ///   - minFreeBytes: With less free space the receiver is not ready: callbacks will be rejected when there is none.
    init(_ stores: Stores, minFreeBytes: @escaping @Sendable () -> Int64) {
        self.minFreeBytes = minFreeBytes
        journal = stores.journal
        ledger = stores.ledger
        directory = stores.directory
    }

    /// What the data directory's disk holds; what it does not say in time is missing.
    var storage: StorageCounts {
        get async {
            let asked = await threads.run(within: Self.diskTimeLimit) { [directory] in
                (directory.freeBytes, directory.ledgerBytes)
            }
            guard case .finished(let (free, ledger)) = asked else {
                return StorageCounts(free: nil, minFree: minFreeBytes(), ledger: [:])
            }
            return StorageCounts(free: free, minFree: minFreeBytes(), ledger: ledger)
        }
    }

    /// The reasons; empty when callbacks can be taken and there is room for more.
    var problems: [Problem] {
        get async {
            var problems: [Problem] = []
            let writing = journal.statistics
            if writing.isFailing { problems.append(Problem(text: "Journal writes are failing.")) }
            if writing.isStalled {
                problems.append(Problem(text: "Journal writes are hanging: the disk does not respond."))
            }
            let health = ledger.health
            if let refusal = health.refusal {
                problems.append(
                    Problem(text: "Ledger writes are failing; callbacks are queued in the journal: \(refusal).")
                )
            } else if health.isFailing {
                problems.append(Problem(text: "Ledger writes are failing."))
            }
            let free = await threads.run(within: Self.diskTimeLimit) { [directory] in directory.freeBytes }
            let limit = minFreeBytes()
            switch free {
            case .finished(let free?) where free < limit:
                // Without how much is left: the same problem is one line in the log.
                let text = "Less than \(Quantity.text(size: limit)) free in the data directory (storage.minFreeBytes)."
                problems.append(Problem(isDiskLow: true, text: text))
            case .finished: break
            case .abandoned, .refused:
                problems.append(Problem(text: "The data directory's disk does not respond."))
            }
            return problems
        }
    }
}
