import BaseKit
import RicevutaCore
import Visengine

// How orders, and what hangs on one, are printed.

extension OrderRecord {
    /// What an operator calls it: the provider's id, or the nonce while there is none.
    var name: String { id?.rawValue ?? nonce?.rawValue ?? String(key) }

    var details: [[String]] {
        var details: [[String]] = [
            ["order", id?.rawValue ?? "not known yet"], ["provider", provider.rawValue],
            ["number", String(key)], ["nonce", nonce?.rawValue ?? "-"],
            ["reference", reference?.rawValue ?? "-"], ["price", priceText],
            ["item", itemName ?? item?.rawValue ?? "-"], ["origin", "\(origin.words), \(placement.words)"],
            ["state", state?.name ?? "not known yet"], ["document", document.rawValue],
            ["outcome", outcome.map { "\($0.code) \($0.info)" } ?? "-"], ["recorded", createdAt.short],
            ["last verified", lastReadBack?.short ?? "never"],
        ]
        if let cancellationReason { details.append(["cancelled because", cancellationReason]) }
        if let choiceSince { details.append(["waiting for a choice", "since \(choiceSince.short)"]) }
        if let promisedBy {
            let late = lateSince.map { ", late since \($0.short)" } ?? ""
            details.append(["promised", "by \(promisedBy.short)\(late)"])
        }
        return details
    }

    private var priceText: String { price.map { "\($0) EUR" } ?? "-" }

    var json: JSONValue {
        [
            "id": JSONValue(id?.rawValue), "provider": .string(provider.rawValue), "number": JSONValue(key),
            "nonce": JSONValue(nonce?.rawValue), "reference": JSONValue(reference?.rawValue),
            "price": price?.json ?? .null,
            "item": JSONValue(item?.rawValue), "itemName": JSONValue(itemName), "origin": .string(origin.rawValue),
            "placement": .string(placement.rawValue), "state": JSONValue(state?.name),
            "document": .string(document.rawValue), "recordedAt": .string(createdAt.description),
            "updatedAt": JSONValue(lastUpdate?.description), "readBackAt": JSONValue(lastReadBack?.description),
            "outcome": outcome.map { ["code": .string($0.code), "info": .string($0.info)] } ?? .null,
            "cancellationReason": JSONValue(cancellationReason),
            "choiceNeededSince": JSONValue(choiceSince?.description),
            "promisedBy": JSONValue(promisedBy?.description), "lateSince": JSONValue(lateSince?.description),
        ]
    }
}

extension OrderStory {
    /// The order and all that hangs on it.
    var parts: JSONObject {
        var object = order.json.object ?? JSONObject()
        object["problem"] = JSONValue(work.problem)
        object["searches"] = .array(work.searches.map(\.json))
        object["jobs"] = .array(work.jobs.map(\.json))
        object["history"] = .array(history.map(\.json))
        object["callbacks"] = .array(callbacks.map(\.json))
        object["documents"] = .array(documents.map(\.json))
        object["deliveries"] = .array(deliveries.map(\.json))
        return object
    }

    /// A table for each kind of thing that hangs on it.
    var sections: [String] {
        [
            Listing.section("Jobs", JobEntry.columns, work.jobs.map(\.row)),
            Listing.section("Search results", Search.columns, work.searches.flatMap(\.rows)),
            Listing.section(
                "Callbacks\(hasMoreCallbacks ? " (the newest)" : "")",
                CallbackEntry.columns,
                callbacks.map(\.row)
            ),
            Listing.section("Documents", DocumentEntry.orderColumns, documents.map(\.orderRow)),
            Listing.section("Deliveries", DeliveryEntry.orderColumns, deliveries.map(\.orderRow)),
        ].compactMap(\.self)
    }
}

extension OrderChange {
    /// What has changed; members of what has not are `null`.
    fileprivate var json: JSONValue {
        [
            "at": .string(at.description), "cause": .string(cause.rawValue), "from": JSONValue(from?.name),
            "to": JSONValue(to?.name), "placement": JSONValue(placement?.rawValue),
            "document": JSONValue(document?.rawValue), "needsChoice": needsChoice.map { .bool($0) } ?? .null,
            "isLate": .bool(isLate), "note": JSONValue(note),
        ]
    }
}

extension JobEntry {
    static let columns = ["WHAT", "NEXT", "ATTEMPTS", "LAST ERROR"]

    /// What it does, for people.
    var what: String {
        switch kind {
        case .verify: "read the order"
        case .fetch: "fetch the document"
        case .deliver: "deliver"
        }
    }

    var row: [String] { [what, isLeased ? "running" : due.short, String(attempts), lastReason ?? ""] }

    var json: JSONValue {
        [
            "kind": .string(kind.rawValue), "attempts": JSONValue(attempts), "dueAt": .string(due.description),
            "isRunning": .bool(isLeased), "lastError": JSONValue(lastReason),
        ]
    }
}

extension Search {
    static let columns = ["SEARCH", "INDEX", "RESULT"]

    /// A row for each result, or one that says how it ended.
    var rows: [[String]] {
        guard !results.isEmpty else { return [[id, "-", state ?? "-"]] }
        return results.map { result in
            let facts = result.facts.members.map { fact in
                let value = fact.value.text ?? String(decoding: fact.value.encoded(), as: UTF8.self)
                return fact.key.isEmpty ? value : "\(fact.key): \(value)"
            }
            return [id, String(result.index), facts.joined(separator: ", ")]
        }
    }
}

extension CallbackEntry {
    static let columns = ["CALLBACK", "RECEIVED", "CLAIMS", "VERDICT", "PEER", "REMARKS"]

    var row: [String] {
        [String(id), receivedAt.short, claim.state?.name ?? "-", verdict.rawValue, peer, remarks]
    }

    /// What is wrong with it, and how often it came again; empty mostly.
    var remarks: String {
        let again = repeats == 0 ? nil : repeats == 1 ? "1 duplicate" : "\(repeats) duplicates"
        return [problem, again].compactMap(\.self).joined(separator: ", ")
    }

    var json: JSONValue {
        [
            "id": JSONValue(id), "receivedAt": .string(receivedAt.description), "peer": .string(peer),
            "claimedState": JSONValue(claim.state?.name), "claimedOrder": JSONValue(claim.orderID?.rawValue),
            "verdict": .string(verdict.rawValue), "problem": JSONValue(problem), "repeats": JSONValue(repeats),
            "bodyBytes": JSONValue(bodySize),
        ]
    }
}

extension DocumentEntry {
    static let orderColumns = ["DOCUMENT", "BYTES", "RECORDED", "CONTENT"]

    /// Its row where the order is known.
    var orderRow: [String] { Array(row.dropFirst()) }
}

extension DeliveryEntry {
    static let orderColumns = ["DELIVERY", "TYPE", "SINK", "STATE", "ATTEMPTS", "WRITTEN", "NEXT", "LAST ERROR"]

    /// Its row where the order is known.
    var orderRow: [String] {
        [
            id, notification.type.rawValue, sink.rawValue, state.rawValue, String(attempts), createdAt.short,
            nextAttempt?.short ?? "-", lastError ?? "",
        ]
    }
}

extension OrderRecord.Origin {
    fileprivate var words: String {
        switch self {
        case .placed: "placed here"
        case .external: "placed by another program"
        }
    }
}

extension OrderRecord.Placement {
    fileprivate var words: String {
        switch self {
        case .pending: "not confirmed by the provider yet"
        case .placed: "the provider has it"
        case .refused: "rejected by the provider"
        }
    }
}
