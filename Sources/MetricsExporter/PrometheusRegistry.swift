public import CoreMetrics
import Synchronization

/// Collects what the program measures through swift-metrics, and writes it as Prometheus reads it.
///
/// Counters become counters; meters, and recorders that do not aggregate, gauges; recorders that aggregate, summaries
/// without quantiles; timers, histograms in seconds whose name ends in `_seconds`. Safe to use from any thread.
public final class PrometheusRegistry: MetricsFactory {
    private struct Series {
        var labels: [(String, String)]
        var instrument: any Instrument
    }

    private struct Family {
        var kind: PrometheusText.Kind
        var series: [String: Series] = [:]
    }

    private let families = Mutex<[String: Family]>([:])
    private let help: [String: String]
    private let buckets: [String: [Double]]

    /// Creates an empty registry.
    ///
    /// - Parameters:
    ///   - help: A sentence for each metric's name, as exported; a metric without one gets no `HELP` line.
    ///   - buckets: The bounds of histograms' buckets in seconds, ascending, by the metric's name; a millisecond to ten
    ///     minutes for a metric without.
    public init(help: [String: String] = [:], buckets: [String: [Double]] = [:]) {
        self.help = help
        self.buckets = buckets
    }

    /// Gives the counter of that name and labels, the same one each time.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        instrument(label, dimensions, .counter) { CounterInstrument() }
    }

    /// Gives the gauge of that name and labels, the same one each time.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        instrument(label, dimensions, .gauge) { GaugeInstrument() }
    }

    /// Gives the gauge, or the summary where `aggregate` is set, of that name and labels, the same one each time.
    public func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else { return instrument(label, dimensions, .gauge) { GaugeInstrument() } }
        return instrument(label, dimensions, .summary) { SummaryInstrument() }
    }

    /// Gives the histogram of that name and labels, the same one each time.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let label = label.hasSuffix("_seconds") ? label : label + "_seconds"
        return instrument(label, dimensions, .histogram) {
            HistogramInstrument(bounds: buckets[label] ?? HistogramInstrument.bounds)
        }
    }

    /// Forgets a counter.
    public func destroyCounter(_ handler: any CounterHandler) { forget(handler) }

    /// Forgets a meter.
    public func destroyMeter(_ handler: any MeterHandler) { forget(handler) }

    /// Forgets a recorder.
    public func destroyRecorder(_ handler: any RecorderHandler) { forget(handler) }

    /// Forgets a timer.
    public func destroyTimer(_ handler: any TimerHandler) { forget(handler) }

    /// Writes every series, families and series in the order of their names.
    package func write(to text: inout PrometheusText) {
        // Written outside the lock, so that reading the metrics holds up nobody who measures.
        let families = families.withLock { $0 }
        for (name, family) in families.sorted(by: { $0.key < $1.key }) where !family.series.isEmpty {
            text.family(name, family.kind, help: help[name])
            for (_, series) in family.series.sorted(by: { $0.key < $1.key }) {
                series.instrument.write(name, series.labels, to: &text)
            }
        }
    }

    private func instrument<Made: Instrument>(
        _ label: String,
        _ dimensions: [(String, String)],
        _ kind: PrometheusText.Kind,
        make: () -> Made
    ) -> Made {
        let labels = Self.labels(dimensions)
        let key = PrometheusText.text(of: labels)
        let plain = PrometheusText.name(label)
        return families.withLock { families in
            // One name is of one kind in the format; a second kind gets a name of its own instead of breaking the page.
            var name = plain
            while let family = families[name], family.kind != kind { name += "_\(kind.rawValue)" }
            if let known = families[name]?.series[key]?.instrument as? Made { return known }
            let made = make()
            families[name, default: Family(kind: kind)].series[key] = Series(labels: labels, instrument: made)
            return made
        }
    }

    /// Valid names, sorted, each once: the same set of labels is the same series in whatever order it is given.
    private static func labels(_ dimensions: [(String, String)]) -> [(String, String)] {
        let pairs = dimensions.map { (PrometheusText.name($0), $1) }
        return Dictionary(pairs) { first, _ in first }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private func forget(_ handler: AnyObject) {
        families.withLock { families in
            families = families.mapValues { family in
                var family = family
                family.series = family.series.filter { $0.value.instrument !== handler }
                return family
            }
        }
    }
}
