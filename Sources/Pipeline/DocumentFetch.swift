import BaseKit
import Logging
import RicevutaCore
import Visengine

/// Fetches one document: stream, check, store, then notify.
struct DocumentFetch: Sendable {
    let ledger: any FetchLedger
    let documents: any DocumentSource
    let archive: any DocumentArchive
    let routing: DeliveryRouting
    let settings: FlowSettings
    let environment: FlowEnvironment
    let logger: Logger
    let overdue: OverdueDocuments

    func perform(_ work: FetchWork) async {
        var logger = logger
        logger[metadataKey: "order.number"] = .stringConvertible(work.order.key)
        logger[metadataKey: "order.id"] = "\(work.order.id?.rawValue ?? "-")"
        do throws(LedgerError) {
            guard let id = work.order.id else {
                return try await ledger.abandonFetch(work, reason: "the order has no ID", now: environment.now())
            }
            let document: StoredDocument
            do throws(DocumentFetchError) {
                document = try await store(id, maxBytes: work.maxBytes)
            } catch {
                return try await handle(error, of: work, logger: logger)
            }
            try await ledger.stored(document, for: work, routing: routing, now: environment.now())
            overdue.forget(work.order.key)
            JobMeters.count(.fetch, .stored)
            JobMeters.countBytes(document.size)
            // Of other programs' orders only their first callback is known.
            if work.order.origin == .placed {
                JobMeters.documentCame(after: max(.zero, environment.now() - work.order.createdAt))
            }
            logger.info(
                "Document stored",
                metadata: [
                    "document.sha256": "\(document.sha256)", "document.bytes": .stringConvertible(document.size),
                ]
            )
        } catch {
            JobLoop<FetchWork>.report(error, "recording a fetch", to: logger)
        }
    }

    private func store(_ id: OrderID, maxBytes: Int64?) async throws(DocumentFetchError) -> StoredDocument {
        let writer: any DocumentWriter
        do { writer = try await archive.begin(maxBytes: maxBytes) } catch { throw .archive(error) }
        do throws(DocumentFetchError) {
            let metadata = try await download(id, into: writer)
            do { return try await writer.commit(metadata) } catch { throw .archive(error) }
        } catch {
            await writer.discard()
            throw error
        }
    }

    private func download(
        _ id: OrderID,
        into writer: any DocumentWriter
    ) async throws(DocumentFetchError) -> DocumentMetadata {
        let ending = await TimeLimit.run(settings.documentTimeLimit) {
            () async -> Result<DocumentMetadata, DocumentFetchError> in
            do throws(DocumentFetchError) {
                return .success(try await documents.fetchDocument(of: id, into: writer))
            } catch {
                return .failure(error)
            }
        }
        switch ending {
        case .inTime(.success(let metadata)), .late(.success(let metadata)): return metadata
        case .inTime(.failure(let failure)): throw failure
        case .late(.failure):
            let reason = "document fetch timed out after \(settings.documentTimeLimit)"
            throw .provider(.transient(reason: reason, retryAfter: nil))
        }
    }

    private func handle(_ error: DocumentFetchError, of work: FetchWork, logger: Logger) async throws(LedgerError) {
        // A fetch that was broken off says nothing about the document; its lease is free for the next boot.
        guard !Task.isCancelled else { return }
        let now = environment.now()
        let backoff = environment.backoff(after: work.lease.attempt)
        overdue.note(work.order, error.description, now: now, logger: logger)
        switch error {
        case .provider(.notYetAvailable(let retryAfter)):
            // Not a failure: the API confirmed the state before its file store caught up.
            JobMeters.count(.fetch, .notYet)
            let wait = environment.backoff(after: work.lease.attempt, atLeast: retryAfter)
            try await ledger.postpone(work.lease, until: now + wait, reason: "not yet available")
        case .archive(.failedCheck(let quarantined)):
            JobMeters.count(.fetch, .quarantined)
            Alarms.raise(.quarantined, "Document quarantined", ["reason": "\(quarantined.reason)"], to: logger)
            if isHopeless(work, now: now) {
                return try await abandon(work, reason: quarantined.reason, logger: logger)
            }
            let retryAt = now + slowBackoff(after: work)
            try await ledger.quarantined(quarantined, for: work, retryAt: retryAt, now: now)
        case .archive(.tooLarge(let limit)):
            // It will not be smaller the next time, and each time costs a download.
            JobMeters.count(.fetch, .tooLarge)
            let allow = "`ricevuta document fetch \(work.order.id?.rawValue ?? "") --max-bytes SIZE`"
            let reason = "document is larger than the limit of \(limit) bytes; \(allow) fetches it anyway"
            Alarms.raise(.documentTooLarge, "Gave up on document", ["reason": "\(reason)"], to: logger)
            try await ledger.abandonFetch(work, reason: reason, now: now)
        case .archive(let failure):
            JobMeters.count(.fetch, .failed)
            Alarms.raise(.archiveFailing, "Archive write failed", ["error": "\(failure)"], to: logger)
            try await ledger.postpone(work.lease, until: now + backoff, reason: failure.description)
        case .provider(.unauthorized(let reason)):
            JobMeters.count(.fetch, .failed)
            try await ledger.postpone(work.lease, until: now + .seconds(300), reason: reason)
        case .provider(.transient(let reason, let retryAfter)):
            // However long the provider is away: what was paid for is asked for again.
            JobMeters.count(.fetch, .failed)
            let wait = environment.backoff(after: work.lease.attempt, atLeast: retryAfter)
            try await ledger.postpone(work.lease, until: now + wait, reason: reason)
        case .damaged(let reason):
            JobMeters.count(.fetch, .damaged)
            Alarms.raise(.documentDamaged, "Document damaged; retrying", ["reason": "\(reason)"], to: logger)
            try await retryOrAbandon(work, reason: reason, logger: logger)
        case .provider(.notFound(let reason)), .provider(.permanent(let reason)):
            JobMeters.count(.fetch, .failed)
            try await retryOrAbandon(work, reason: reason, logger: logger)
        }
    }

    private func retryOrAbandon(_ work: FetchWork, reason: String, logger: Logger) async throws(LedgerError) {
        let now = environment.now()
        if isHopeless(work, now: now) { return try await abandon(work, reason: reason, logger: logger) }
        try await ledger.postpone(work.lease, until: now + slowBackoff(after: work), reason: reason, refusedAt: now)
    }

    private func isHopeless(_ work: FetchWork, now: Timestamp) -> Bool {
        work.lease.refusals.reach(settings.maxFetchRefusals, over: settings.documentPatience, withOneAt: now)
    }

    /// A document that is bad is mended by people, if at all: it is not worth a download every ten minutes.
    private func slowBackoff(after work: FetchWork) -> Duration {
        environment.backoff(after: work.lease.attempt, upTo: .seconds(3600))
    }

    private func abandon(_ work: FetchWork, reason: String, logger: Logger) async throws(LedgerError) {
        Alarms.raise(.documentLost, "Gave up on document", ["reason": "\(reason)"], to: logger)
        try await ledger.abandonFetch(work, reason: reason, now: environment.now())
    }
}
