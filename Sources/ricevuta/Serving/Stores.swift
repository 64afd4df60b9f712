import CallbackJournal
import FileArchive
import RicevutaCore

/// What stays open for as long as the process lives, whatever configuration is in use.
struct Stores: Sendable {
    let directory: DataDirectory
    let receiver: ReceiverID
    let journal: Journal
    let ledger: any LedgerStore
    let archive: LocalArchive
}
