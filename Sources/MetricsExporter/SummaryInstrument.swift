import CoreMetrics
import Synchronization

/// Sum and count of what was recorded, for a recorder that aggregates: values of any unit fit no fixed buckets.
final class SummaryInstrument: Instrument, RecorderHandler {
    private let total = Mutex((sum: 0.0, count: 0))

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        total.withLock { total in
            total.sum += value
            total.count += 1
        }
    }

    func write(_ name: String, _ labels: [(String, String)], to text: inout PrometheusText) {
        let total = total.withLock { $0 }
        text.sample(name + "_sum", labels, total.sum)
        text.sample(name + "_count", labels, Double(total.count))
    }
}
