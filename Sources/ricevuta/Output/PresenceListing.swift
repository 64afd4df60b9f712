import BaseKit
import RicevutaCore

/// How commands print whether a receiver serves the data directory.
enum PresenceListing {
    /// Rows for `status`.
    static func rows(_ presence: ReceiverPresence) -> [[String]] {
        var rows = [["receiver", presence.sentence]]
        guard case .running(let report) = presence else { return rows }
        rows.append([
            "configuration", "\(report.fingerprint), generation \(report.generation) (\(report.configuration))",
        ])
        if let problem = report.reloadProblem {
            rows.append(["reload failed", "\(problem); `ricevuta config check`"])
        }
        rows += report.problems.map { ["not ready", $0] }
        rows += report.providers.map { condition in
            let what = condition.isUnauthorized ? "API token rejected" : "failing"
            let count = "\(condition.failures) failures since \(condition.since)"
            return [
                "provider",
                "\(condition.provider): \(condition.operation.activity): \(what), \(count): \(condition.reason)",
            ]
        }
        return rows
    }

    /// Whether somebody has to do something.
    static func needsCare(_ presence: ReceiverPresence) -> Bool {
        guard case .running(let report) = presence else { return true }
        return !report.problems.isEmpty || !report.providers.isEmpty || report.reloadProblem != nil
    }

    /// For programs.
    static func json(_ presence: ReceiverPresence) -> JSONValue {
        var object: JSONObject = [:]
        let (state, report): (String, ReceiverReport?) =
            switch presence {
            case .running(let report): ("running", report)
            case .silent(let report, _): ("not_responding", report)
            case .ended(let report): ("ended", report)
            case .stopped: ("stopped", nil)
            }
        object["state"] = .string(state)
        object["lastReport"] = report?.json ?? .null
        return .object(object)
    }
}
