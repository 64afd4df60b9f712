import CoreMetrics
import Synchronization

/// Counts up, from any thread; stays at the largest value rather than starting over.
final class CounterInstrument: Instrument, CounterHandler {
    private let count = Atomic<Int64>(0)

    func increment(by amount: Int64) {
        // A counter that goes down reads as a restart; no caller means that.
        guard amount > 0 else { return }
        var current = count.load(ordering: .relaxed)
        while true {
            let (sum, overflow) = current.addingReportingOverflow(amount)
            let (done, original) = count.compareExchange(
                expected: current,
                desired: overflow ? .max : sum,
                ordering: .relaxed
            )
            if done { return }
            current = original
        }
    }

    func reset() { count.store(0, ordering: .relaxed) }

    func write(_ name: String, _ labels: [(String, String)], to text: inout PrometheusText) {
        text.sample(name, labels, Double(count.load(ordering: .relaxed)))
    }
}
