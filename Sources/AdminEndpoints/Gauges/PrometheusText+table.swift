import MetricsExporter
import RicevutaCore

extension PrometheusText {
    /// Starts a family of the table.
    mutating func family(_ metric: MetricName) {
        let kind: Kind =
            switch metric.type {
            case .counter: .counter
            case .gauge: .gauge
            case .histogram: .histogram
            }
        family(metric.rawValue, kind, help: metric.help)
    }

    /// Writes a family of one sample.
    mutating func single(_ metric: MetricName, _ value: Double, _ labels: [(String, String)] = []) {
        family(metric)
        sample(metric.rawValue, labels, value)
    }

    /// Writes a family of one sample.
    mutating func single(_ metric: MetricName, _ value: Int) { single(metric, Double(value)) }

    /// Writes a family of one label, with 0 for each value that the table knows and that is not given.
    mutating func family(_ metric: MetricName, _ values: [String: Double]) {
        guard let label = metric.labels.first else { return }
        let zeros = Dictionary(label.values.map { ($0, 0.0) }) { first, _ in first }
        let all = zeros.merging(values) { _, given in given }
        guard !all.isEmpty else { return }
        family(metric)
        for (value, number) in all.sorted(by: { $0.key < $1.key }) {
            sample(metric.rawValue, [(label.name, value)], number)
        }
    }

    /// Writes a family of one label, with 0 for each value that the table knows and that is not given.
    mutating func family(_ metric: MetricName, _ values: [String: Int]) {
        family(metric, values.mapValues(Double.init))
    }
}
