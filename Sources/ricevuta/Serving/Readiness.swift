import BaseKit
import CallbackJournal
import RicevutaCore

/// Why callbacks cannot be taken now.
struct Readiness: Sendable {
    /// One reason.
    struct Problem: Sendable, Equatable {
        /// Whether the disk has too little room.
        var isDiskLow = false
        /// A sentence, without secrets.
        var text: String
    }

    /// With less free space than this the receiver is not ready: callbacks will soon be rejected.
    private static let minFreeBytes: Int64 = 64 << 20

    /// How long a question to the disk may take; who asks for readiness does not wait long.
    private static let diskTimeLimit = Duration.seconds(1)

    let journal: Journal
    let ledger: any LedgerStore
    let directory: DataDirectory
    /// A disk that hangs must not keep readiness from reporting it.
    let threads = BlockingThreads(name: "admin", limit: 4)

    init(_ stores: Stores) {
        journal = stores.journal
        ledger = stores.ledger
        directory = stores.directory
    }

    /// The reasons; empty when callbacks can be taken.
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
            switch free {
            case .finished(let free?) where free < Self.minFreeBytes:
                problems.append(Problem(isDiskLow: true, text: "Less than 64 MiB free in the data directory."))
            case .finished: break
            case .abandoned, .refused:
                problems.append(Problem(text: "The data directory's disk does not respond."))
            }
            return problems
        }
    }
}
