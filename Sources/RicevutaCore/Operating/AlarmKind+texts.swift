extension AlarmKind {
    /// What has happened, in a sentence.
    public var meaning: String { texts.meaning }

    /// What to do about it, in a sentence or two.
    public var cure: String { texts.cure }

    private var texts: (meaning: String, cure: String) {
        switch self {
        case .retiredKey:
            (
                "A callback came with a token of a key under `tokens.retired`.",
                "Expected while orders of that key are open. Else somebody shows an old token: see `peer`."
            )
        case .badToken:
            (
                "Callbacks are refused with 401: their token is missing or wrong; `reason` in the log line says how.",
                "`unknown_key`: add the key `token.key` under `tokens.retired` for its open orders. Else see `peer`."
            )
        case .tokensDiffer:
            (
                "A callback carries two different tokens; the one in its address was used.",
                "Check what registers callback addresses; `order show` lists the callback."
            )
        case .undecodable:
            (
                "A callback with a good token could not be decoded; its order is read from the API all the same.",
                "Compare the order's `callback_data`: see `problem` and `content.type` in the log line."
            )
        case .expiredToken:
            (
                "A token was shown whose order has been final for longer than `tokens.validAfterFinal`.",
                "Nothing is read back. If the provider sends that late, raise `tokens.validAfterFinal`."
            )
        case .wentBack:
            (
                "The API shows an earlier state than it showed before; it was ignored.",
                "Ask the provider about the order if it stays so; `explain` shows its reads."
            )
        case .missedCallback:
            (
                "An order changed without a callback; polling found it.",
                "Check that the provider reaches `listener.publicURL`: `doctor` tries it."
            )
        case .unconfirmedCallback:
            (
                "A callback claims a state that the API does not show; nothing was changed.",
                "A single one may be early. Several are forged by somebody who has the order's token: see `peer`."
            )
        case .unknownState:
            (
                "The API shows a state that this version does not know; it is passed on as it is.",
                "Look for a newer version; the order is polled on."
            )
        case .otherOrder:
            (
                "A callback names another order than its token's; nothing was changed.",
                "Somebody who has one order's token uses it for another: see `peer`."
            )
        case .foreignOrder:
            (
                "An order that a callback named belongs to another token; nothing was changed.",
                "Somebody who has one order's token uses it for another: see `peer`."
            )
        case .bindingConflict:
            (
                "An order that a callback named is in the ledger already, under another token.",
                "Check whether two programs registered callbacks for the same order."
            )
        case .unauthorized:
            (
                "The provider rejects the API token: nothing can be read or fetched.",
                "Renew the token (`provider.token`) and reload; what waits is tried again by itself."
            )
        case .providerUnreachable:
            (
                "Calls to the provider fail; what waits is tried again by itself.",
                "`doctor` says whether name, connection, TLS or answers fail; see the provider's status page."
            )
        case .orderUnknown:
            (
                "The provider says that it does not know an order that it confirmed or that was placed here.",
                "Check that the token's account is the order's; `order refresh` asks again."
            )
        case .orderLate:
            (
                "A document is not available though the provider had promised it by now.",
                "Ask the provider about the order; `explain` shows what it said last. See `reconciliation.promises`."
            )
        case .choiceNeeded:
            (
                "A search is done and the provider waits for a choice among its results.",
                "Choose at the provider; the order goes on by itself then."
            )
        case .documentOverdue:
            (
                "A document has been available for long and could not be fetched.",
                "`order show` has the last error and the next attempt; `document fetch` asks at once."
            )
        case .documentDamaged:
            (
                "A document's answer was damaged (cut, or not decodable); it is fetched again.",
                "If it goes on, ask the provider; `order show` has the last error."
            )
        case .quarantined:
            (
                "A document failed its checks and was quarantined; it is fetched again.",
                "`document quarantine list` shows why, `document quarantine get` copies it."
            )
        case .documentLost:
            (
                "A document was given up after many refusals.",
                "`document fetch` asks again; ask the provider for the document."
            )
        case .documentTooLarge:
            (
                "A document is larger than `archive.maxDocumentBytes`.",
                "`document fetch --max-bytes` allows it for this order."
            )
        case .documentMissing:
            (
                "A document is missing from the archive, or cannot be read there; its deliveries wait.",
                "`archive verify --fetch` finds all of them and fetches them again; else restore a backup."
            )
        case .archiveFailing:
            (
                "Documents cannot be written to the archive; they are fetched again.",
                "Check space and permissions of the data directory."
            )
        case .ledgerFailing:
            (
                "Callbacks cannot be recorded in the ledger; they are safe in the journal.",
                "Check space and permissions of the data directory; see `error` in the log line."
            )
        case .ledgerOlder:
            (
                "The ledger was older than the journal, as after restoring a backup; it was refilled.",
                "None, if a backup was restored. Else find out who replaced the ledger."
            )
        case .journalDamaged:
            (
                "The journal was damaged; what could be read was kept, and copies of the rest.",
                "Check the disk. Orders of lost callbacks are found by polling; remove `damaged-*` once reviewed."
            )
        case .diskLow:
            (
                "The data directory's disk has less free than `storage.minFreeBytes`; callbacks are still taken.",
                "Free or add space, or shorten `retention`."
            )
        case .sinkFailing:
            (
                "A sink's deliveries fail; they are tried again by themselves.",
                "`sink list` says since when and why; `sink test` tries it."
            )
        case .deadLetter:
            (
                "A delivery ran out of attempts, or was refused for good.",
                "`dead-letter list` says why; then `dead-letter replay` or `dead-letter dismiss`."
            )
        case .sinkDisabled:
            (
                "A sink answered 410 Gone and gets nothing any more; its deliveries wait.",
                "Mend the receiver or remove the sink; `sink enable` delivers what waits."
            )
        case .sinkMissing:
            (
                "Deliveries wait for a sink that is not configured.",
                "Configure it again, or move, drop or dead-letter them with `sink move`, `sink drop`."
            )
        case .reloadFailed:
            (
                "A changed configuration or certificate was refused; the old one is in use.",
                "`config check` says what is wrong; mend it and reload."
            )
        }
    }
}
