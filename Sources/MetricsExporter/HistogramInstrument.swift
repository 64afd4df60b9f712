import CoreMetrics
import Synchronization

/// Durations, in seconds, in fixed buckets.
final class HistogramInstrument: Instrument, TimerHandler {
    /// From a millisecond to ten minutes: upper bounds in seconds, inclusive, ascending.
    static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600]

    private struct State {
        /// One more than there are bounds: the last is for what is longer.
        var counts: [Int]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    init(bounds: [Double] = HistogramInstrument.bounds) {
        self.bounds = bounds
        state = Mutex(State(counts: [Int](repeating: 0, count: bounds.count + 1)))
    }

    func recordNanoseconds(_ duration: Int64) {
        let seconds = Double(duration) / 1e9
        let index = bounds.firstIndex { seconds <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[index] += 1
            state.sum += seconds
        }
    }

    func write(_ name: String, _ labels: [(String, String)], to text: inout PrometheusText) {
        let state = state.withLock { $0 }
        var count = 0
        for (index, bound) in (bounds + [.infinity]).enumerated() {
            count += state.counts[index]
            text.sample(name + "_bucket", labels + [("le", PrometheusText.number(bound))], Double(count))
        }
        text.sample(name + "_sum", labels, state.sum)
        text.sample(name + "_count", labels, Double(count))
    }
}
