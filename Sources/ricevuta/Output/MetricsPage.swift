import RicevutaCore

/// The page *Metrics* of the documentation, made from the table of metrics.
enum MetricsPage {
    private static let head = """
        # Metrics

        Every family that `/metrics` of the `admin` listener shows.

        ## Overview

        The format is Prometheus' text format 0.0.4. Counters begin with 0 at each start; gauges of the ledger are true
        after a restart, too. A series whose labels are known beforehand is there from the start, with 0, so that
        `increase()` sees the first event. No label holds an id, an address or anything else that a peer chooses. One
        request reads the ledger once.

        `scripts/packaging/prometheus` has alert rules and a board for Grafana. Histograms have the series `_bucket`,
        `_sum` and `_count`. `ricevuta metrics-page` makes this page.

        | metric | type | unit | meaning |
        |---|---|---|---|

        """

    private static let labelHead = """

        ## Labels

        | metric | label | what it is | values known beforehand |
        |---|---|---|---|

        """

    /// The page as Markdown.
    static var text: String {
        let metrics = MetricName.allCases.map { metric in
            row(["`\(metric.rawValue)`", metric.type.rawValue, metric.unit ?? "–", metric.help])
        }
        let labels = MetricName.allCases.flatMap { metric in
            metric.labels.map { label in
                let values = label.values.isEmpty ? "–" : label.values.map { "`\($0)`" }.joined(separator: ", ")
                return row(["`\(metric.rawValue)`", "`\(label.name)`", label.meaning, values])
            }
        }
        return head + metrics.joined() + labelHead + labels.joined().dropLast()
    }

    private static func row(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |\n" }
}
