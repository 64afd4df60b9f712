import CoreMetrics
import Metrics
import RicevutaCore

// Instruments are made by their name in the table, never by a text.

extension Counter {
    convenience init(_ metric: MetricName, _ labels: [(String, String)] = []) {
        self.init(label: metric.rawValue, dimensions: labels)
    }
}

extension Gauge {
    convenience init(_ metric: MetricName, _ labels: [(String, String)] = []) {
        self.init(label: metric.rawValue, dimensions: labels)
    }
}

extension Timer {
    convenience init(_ metric: MetricName, _ labels: [(String, String)] = []) {
        self.init(label: metric.rawValue, dimensions: labels)
    }

    /// Records a duration in full: rounded to milliseconds, most of those of this machine would be 0.
    func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (nanoseconds, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        recordNanoseconds(isTooLong ? .max : nanoseconds + attoseconds / 1_000_000_000)
    }
}
