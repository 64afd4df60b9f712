import CoreMetrics
import Synchronization

/// Holds the last value, for a meter or for a recorder that does not aggregate.
final class GaugeInstrument: Instrument, MeterHandler, RecorderHandler {
    private let value = Mutex(0.0)

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { self.value.withLock { $0 = value } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }

    func write(_ name: String, _ labels: [(String, String)], to text: inout PrometheusText) {
        text.sample(name, labels, value.withLock { $0 })
    }
}
