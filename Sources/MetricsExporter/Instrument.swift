/// One series: a metric's name with one set of labels, and what was measured so far.
protocol Instrument: AnyObject, Sendable {
    /// Writes the series' samples.
    func write(_ name: String, _ labels: [(String, String)], to text: inout PrometheusText)
}
