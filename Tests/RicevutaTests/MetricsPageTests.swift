import Foundation
import RicevutaCore
import Testing

@testable import ricevuta

@Suite struct MetricsPageTests {
    @Test func thePageSaysWhatTheTableSays() throws {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/RicevutaCore/RicevutaCore.docc/Metrics.md")

        let text = try String(contentsOf: page, encoding: .utf8)

        #expect(text == MetricsPage.text + "\n", "make it anew: ricevuta metrics-page > \(page.path)")
    }

    /// A misspelt name in a rule or on the board would never show anything.
    @Test(arguments: ["ricevuta.dashboard.json", "ricevuta.rules.yml", "ricevuta.rules.test.yml"])
    func rulesAndBoardNameMetricsOfTheTable(_ file: String) throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../scripts/packaging/prometheus/\(file)")
        let text = try String(contentsOf: path, encoding: .utf8)
        let names = Set(text.matches(of: /(?:ricevuta|process)_[a-z_]+/).map { String($0.output) })

        #expect(!names.isEmpty)
        for name in names where MetricName(rawValue: name) == nil {
            let family = MetricName(rawValue: name.replacing(/_(bucket|sum|count)$/, with: ""))
            #expect(family?.type == .histogram, "\(name) is not in the table")
        }
    }

    @Test(arguments: MetricName.allCases)
    func namesAndHelpAreAsPrometheusWantsThem(_ metric: MetricName) {
        #expect(metric.rawValue.wholeMatch(of: /(ricevuta|process)(_[a-z]+)+/) != nil)
        #expect(metric.type != .histogram || metric.unit == "seconds")
        #expect(metric.help.last == "." && !metric.help.contains("|") && !metric.help.contains("\n"))
        if let buckets = metric.buckets { #expect(metric.type == .histogram && buckets == buckets.sorted()) }
    }
}
