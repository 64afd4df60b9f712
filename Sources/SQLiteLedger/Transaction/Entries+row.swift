import GRDB
import RicevutaCore
import Visengine

extension CallbackEntry {
    init(row: Row) throws(UnreadableRow) {
        self.init(
            id: try row.integer("id"),
            callback: try row.callbackID(),
            receivedAt: try row.time("received_at_ms"),
            peer: try row.text("peer"),
            claim: CallbackClaim(
                orderID: try row.optionalName("claim_id"),
                state: try row.state("claim_state"),
                lastUpdate: try row.optionalTime("claim_update_ms"),
                lastSearchState: try row.optionalText("claim_search"),
                echo: CallbackEcho(stored: try row.text("echo"))
            ),
            verdict: try row.name("verdict"),
            problem: try row.optionalText("problem"),
            repeats: Int(try row.integer("repeats")),
            bodySize: Int(try row.integer("body_bytes"))
        )
    }
}

extension DocumentEntry {
    init(row: Row) throws(UnreadableRow) {
        let size = try row.integer("size_bytes")
        var document: StoredDocument?
        var quarantined: QuarantinedDocument?
        if let sha256 = try row.optionalText("sha256") {
            document = StoredDocument(
                sha256: sha256,
                size: size,
                kind: try row.name("kind"),
                name: try row.optionalText("name")
            )
        } else {
            quarantined = QuarantinedDocument(reason: try row.text("reason"), path: try row.text("path"), size: size)
        }
        self.init(
            orderKey: try row.integer("order_key"),
            orderID: try row.optionalName("provider_id"),
            document: document,
            quarantined: quarantined,
            recordedAt: try row.time("recorded_at_ms")
        )
    }
}

extension DeliveryEntry {
    init(row: Row) throws(UnreadableRow) {
        self.init(
            id: try row.text("delivery_id"),
            notification: try Notification(row: row),
            sink: try row.name("sink"),
            state: try row.name("delivery_state"),
            attempts: Int(try row.integer("attempts")),
            nextAttempt: try row.optionalTime("due_ms"),
            lastError: try row.optionalText("last_error"),
            replayOf: try row.optionalText("replay_of"),
            createdAt: try row.time("created_at_ms")
        )
    }
}

extension Row {
    /// The columns that ``callbackID()`` reads, of the table `callbacks`.
    static let callbackID = """
        (SELECT r.id FROM receivers r WHERE r.number = callbacks.receiver) AS receiver_id,
        coalesce((SELECT n.sequence FROM renumbered n WHERE n.id = callbacks.id), callbacks.id) AS sequence
        """

    fileprivate func callbackID() throws(UnreadableRow) -> CallbackID? {
        let receiver: ReceiverID? = try optionalName("receiver_id")
        let sequence = try integer("sequence")
        return receiver.map { CallbackID(receiver: $0, sequence: sequence) }
    }
}

extension JobEntry {
    init(row: Row) throws(UnreadableRow) {
        guard let kind = JobNumber.kind(digit: try row.integer("kind")) else { throw UnreadableRow(column: "id") }
        self.init(
            kind: kind,
            attempts: Int(try row.integer("attempt")),
            due: try row.time("due_ms"),
            isLeased: try row.optionalInteger("lease_boot") != nil,
            lastReason: try row.optionalText("last_reason")
        )
    }
}
