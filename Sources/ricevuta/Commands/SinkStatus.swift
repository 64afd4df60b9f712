import BaseKit
import RicevutaConfiguration
import RicevutaCore
import Visengine

/// One sink as commands show it: what the configuration and the ledger say.
///
/// Commands run beside the service, so that all of it stands in files: the ledger, and the service's report.
struct SinkStatus: Sendable {
    /// In a word.
    enum State: String, CaseIterable {
        /// Nothing is wrong.
        case ok
        /// Deliveries have failed, and are tried again.
        case retrying
        /// The same for a minute or more, or so often that the service has told of it.
        case failing
        /// An operator paused it.
        case paused
        /// It answered 410 Gone.
        case disabled
        /// Deliveries wait for it, or are dead, and it is not configured.
        case missing
    }

    var name: SinkName
    /// As configured; `nil` when it is not.
    var sink: Configuration.Sink?
    var summary = SinkSummary()
    /// Whether the service has told that it fails.
    var isToldToFail = false

    /// The configured sinks in the order of the file, then those that only the ledger knows.
    static func all(_ configuration: Configuration, _ known: [SinkName: SinkSummary]) -> [SinkStatus] {
        let failing = configuration.presence.failingSinks
        let configured = configuration.sinks.map { sink in
            SinkStatus(
                name: sink.name,
                sink: sink,
                summary: known[sink.name] ?? SinkSummary(),
                isToldToFail: failing.contains(sink.name)
            )
        }
        let names = Set(configured.map(\.name))
        let others = known.filter { !names.contains($0.key) && ($0.value.waiting > 0 || $0.value.dead > 0) }
            .sorted { $0.key.rawValue < $1.key.rawValue }
        return configured + others.map { SinkStatus(name: $0.key, summary: $0.value) }
    }

    func state(at now: Timestamp) -> State {
        if sink == nil { return .missing }
        if summary.disabled != nil { return .disabled }
        if summary.paused != nil { return .paused }
        if summary.isFailing(at: now) || (isToldToFail && summary.retrying > 0) { return .failing }
        return summary.retrying > 0 ? .retrying : .ok
    }

    /// Whether somebody has to do something about it.
    func needsCare(at now: Timestamp) -> Bool {
        switch state(at: now) {
        case .ok, .retrying, .paused: false
        case .failing, .disabled, .missing: true
        }
    }

    /// What is the matter and what to do, for `status`; `nil` when nothing is.
    func sentence(at now: Timestamp) -> String? {
        let waiting = summary.waiting == 1 ? "1 delivery waits" : "\(summary.waiting) deliveries wait"
        let oldest = summary.oldestWaiting.map { ", the oldest for \(Quantity.spoken(now - $0))" } ?? ""
        switch state(at: now) {
        case .ok: return nil
        case .retrying, .failing:
            let next = summary.nextAttempt.map { ", next attempt \($0.wait(at: now))" } ?? ""
            let reason = summary.lastError ?? "unknown reason"
            return "\(state(at: now).rawValue): \(waiting)\(oldest)\(next): \(reason); `ricevuta sink test \(name)`"
        case .paused:
            let reason = summary.paused?.reason.map { " (\($0))" } ?? ""
            return "paused\(since(summary.paused, now))\(reason): \(waiting); `ricevuta sink resume \(name)`"
        case .disabled:
            let reason = summary.disabled?.reason ?? "unknown reason"
            return "disabled\(since(summary.disabled, now)): \(reason): \(waiting); `ricevuta sink enable \(name)`"
        case .missing:
            let dead = summary.dead > 0 ? ", \(summary.dead) dead" : ""
            return "not configured: \(waiting)\(oldest)\(dead); `ricevuta sink move \(name) TO` or `sink drop \(name)`"
        }
    }

    private func since(_ stop: SinkSummary.Stop?, _ now: Timestamp) -> String {
        stop.map { " \($0.since.age(at: now))" } ?? ""
    }

    // MARK: For lists

    static let columns = ["SINK", "TYPE", "STATE", "WAITING", "RETRYING", "OLDEST", "NEXT", "DEAD", "LAST ERROR"]

    func row(at now: Timestamp) -> [String] {
        [
            name.rawValue, sink?.type.name ?? "-", state(at: now).rawValue, String(summary.waiting),
            String(summary.retrying), summary.oldestWaiting.map { Quantity.spoken(now - $0) } ?? "-",
            summary.isStopped || sink == nil ? "-" : summary.nextAttempt.map { $0.wait(at: now) } ?? "-",
            String(summary.dead), summary.disabled?.reason ?? summary.lastError ?? "",
        ]
    }

    /// What is known of it, a line each.
    func details(at now: Timestamp) -> [[String]] {
        func names(_ values: [String]) -> String { values.isEmpty ? "all" : values.sorted().joined(separator: ", ") }
        var rows = [
            ["sink", name.rawValue], ["type", sink.map { "\($0.type.name): \($0.type.summary)" } ?? "not configured"],
            ["state", sentence(at: now) ?? state(at: now).rawValue],
        ]
        if let sink {
            rows += [
                ["event types", names(sink.filter.types.map(\.rawValue))],
                ["items", names(sink.filter.items.map(\.rawValue))],
                ["time limit", Quantity.text(sink.limits.timeLimit)],
                ["concurrency", String(sink.limits.concurrency)],
            ]
        }
        return rows + [
            ["waiting", String(summary.waiting)], ["retrying", String(summary.retrying)],
            ["oldest waiting", summary.oldestWaiting.map { "\($0.short) (\($0.age(at: now)))" } ?? "-"],
            ["next attempt", summary.nextAttempt.map { "\($0.short) (\($0.wait(at: now)))" } ?? "-"],
            ["last error", summary.lastError ?? "-"], ["dead letters", String(summary.dead)],
        ]
    }

    func json(at now: Timestamp) -> JSONValue {
        [
            "name": .string(name.rawValue), "type": JSONValue(sink?.type.name),
            "state": .string(state(at: now).rawValue), "waiting": JSONValue(summary.waiting),
            "retrying": JSONValue(summary.retrying), "oldestWaiting": JSONValue(summary.oldestWaiting?.description),
            "nextAttempt": JSONValue(summary.isStopped ? nil : summary.nextAttempt?.description),
            "lastError": JSONValue(summary.lastError), "deadLetters": JSONValue(summary.dead),
            "disabled": Self.json(summary.disabled), "paused": Self.json(summary.paused),
        ]
    }

    private static func json(_ stop: SinkSummary.Stop?) -> JSONValue {
        stop.map { ["since": .string($0.since.description), "reason": JSONValue($0.reason)] } ?? .null
    }
}
