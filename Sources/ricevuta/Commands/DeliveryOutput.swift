import BaseKit
import RicevutaCore
import Visengine

extension DeliveryEntry {
    static let columns = [
        "DELIVERY", "SINK", "TYPE", "ORDER", "STATE", "ATTEMPTS", "WRITTEN", "LAST ERROR",
    ]

    var row: [String] {
        [
            id, sink.rawValue, notification.type.rawValue, notification.orderID.rawValue, state.rawValue,
            String(attempts),
            createdAt.short, lastError ?? "",
        ]
    }

    /// What is known of it, a line each.
    func details(at now: Timestamp) -> [[String]] {
        [
            ["delivery", id], ["sink", sink.rawValue], ["state", state.rawValue],
            ["event", "\(notification.type.rawValue) \(notification.id)"],
            ["order", notification.orderID.rawValue],
            ["reference", notification.reference?.rawValue ?? "-"],
            ["item", notification.itemName ?? notification.item?.rawValue ?? "-"],
            ["written", "\(createdAt.short) (\(createdAt.age(at: now)))"], ["attempts", String(attempts)],
            ["next attempt", nextAttempt.map { "\($0.short) (\($0.wait(at: now)))" } ?? "none"],
            ["last error", lastError ?? "-"], ["replay of", replayOf ?? "-"],
        ]
    }

    var json: JSONValue {
        [
            "id": .string(id), "notification": .string(notification.id), "type": .string(notification.type.rawValue),
            "order": .string(notification.orderID.rawValue),
            "reference": JSONValue(notification.reference?.rawValue), "sink": .string(sink.rawValue),
            "state": .string(state.rawValue), "attempts": JSONValue(attempts),
            "nextAttempt": JSONValue(nextAttempt?.description), "lastError": JSONValue(lastError),
            "replayOf": JSONValue(replayOf), "createdAt": .string(createdAt.description),
        ]
    }
}

extension AttemptEntry {
    static let columns = ["#", "STARTED", "TOOK", "OUTCOME", "STATUS", "ERROR", "ANSWER"]

    var row: [String] {
        [
            String(number), startedAt.short, Quantity.spoken(duration), outcome.rawValue,
            status.map { String($0) } ?? "-", error ?? "", body ?? "",
        ]
    }

    var json: JSONValue {
        [
            "number": JSONValue(number), "startedAt": .string(startedAt.description),
            "milliseconds": JSONValue(duration.wholeMilliseconds), "outcome": .string(outcome.rawValue),
            "status": status.map { JSONValue($0) } ?? .null, "error": JSONValue(error), "answer": JSONValue(body),
        ]
    }
}
