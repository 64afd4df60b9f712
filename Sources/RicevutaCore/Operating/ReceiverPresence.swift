public import BaseKit

/// Whether a receiver serves a data directory, as far as its last report says.
public enum ReceiverPresence: Sendable, Equatable {
    /// It has reported a moment ago.
    case running(ReceiverReport)
    /// Its process is there, and has not reported for this long: it hangs, or its disk does.
    case silent(ReceiverReport, for: Duration)
    /// Its process ended without saying so: it was killed, or the machine went down.
    case ended(ReceiverReport)
    /// None was ever started, or the last one was stopped.
    case stopped

    /// How many reports in a row may be late.
    private static let tolerated = 4

    /// Judges a report.
    ///
    /// - Parameters:
    ///   - report: The last one; `nil` when there is none.
    ///   - isAlive: Whether its process is there.
    ///   - now: The time.
    public init(_ report: ReceiverReport?, isAlive: Bool, now: Timestamp) {
        guard let report else {
            self = .stopped
            return
        }
        let age = now - report.writtenAt
        if !isAlive {
            self = .ended(report)
        } else if age > ReceiverReport.interval * Self.tolerated {
            self = .silent(report, for: age)
        } else {
            self = .running(report)
        }
    }

    /// Whether callbacks are taken and work is done.
    public var isRunning: Bool {
        switch self {
        case .running: true
        case .silent, .ended, .stopped: false
        }
    }

    /// The sinks that a running receiver has told to fail.
    public var failingSinks: [SinkName] {
        switch self {
        case .running(let report): report.failingSinks
        case .silent, .ended, .stopped: []
        }
    }

    /// One line for `status`.
    public var sentence: String {
        switch self {
        case .running(let report):
            "running (process \(report.process), version \(report.version), since \(report.startedAt))"
        case .silent(let report, let age):
            "not responding for \(age.components.seconds) s (process \(report.process)): the process or its disk hangs"
        case .ended(let report):
            "not running: process \(report.process) ended without stopping; last seen \(report.writtenAt); "
                + "`ricevuta serve` starts it"
        case .stopped: "not running; `ricevuta serve` starts it"
        }
    }
}
