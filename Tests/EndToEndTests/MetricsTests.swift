import BaseKit
import Foundation
import RicevutaCore
import Testing

extension EndToEnd {
    /// What a receiver shows is what the table of metrics says, no more and no less.
    @Suite(.timeLimit(.minutes(2)))
    struct MetricsTests {
        /// Only with TLS: `AdminServerTests` has it.
        private static let conditional: Set<MetricName> = [.certificateExpiry]
        /// What an engine says of itself is its own.
        private static let open: Set<MetricName> = [.ledgerInfo]

        @Test func showsTheFamiliesOfTheTableAfterAnOrdersWholeLife() async throws {
            try await withTestBed { bed in
                try await bed.receiver { receiver in
                    let atStart = try await bed.page(of: receiver)
                    let all = MetricName.allCases.count - Self.conditional.count
                    #expect(atStart.types.count == all, "all are there from the start")
                    _ = try await bed.finishedOrders(1)
                    try await bed.placeOne()
                    try await bed.advance(to: "Visura evasa")
                    try await bed.until {
                        guard try await bed.command(["order", "refresh", "--open"]).code == 0 else { return false }
                        let status = try await bed.status()
                        return status["documents"]?.int64 == 2 && status["jobs"] == [:]
                    }

                    let page = try await bed.page(of: receiver)
                    for metric in MetricName.allCases where !Self.conditional.contains(metric) {
                        #expect(page.types[metric.rawValue] == metric.type.rawValue, "\(metric.rawValue)")
                        #expect(page.help[metric.rawValue] == metric.help, "\(metric.rawValue)")
                    }
                    let unknown = Set(page.types.keys).subtracting(MetricName.allCases.map(\.rawValue))
                    #expect(unknown.isEmpty, "not in the table: \(unknown)")
                    for (metric, labels) in page.labels where !Self.open.contains(metric) {
                        let known = Dictionary(metric.labels.map { ($0.name, $0.values) }) { first, _ in first }
                        for (name, value) in labels where name != "le" {
                            let values = try #require(known[name], "\(metric.rawValue) has \(name)")
                            #expect(values.isEmpty || values.contains(value), "\(metric.rawValue): \(name)=\(value)")
                        }
                    }
                    #expect(page.value("ricevuta_order_document_duration_seconds_count") == 1)
                    #expect(page.value("ricevuta_callback_acknowledgement_seconds_count") == 1)
                    #expect((page.value("ricevuta_journal_sync_duration_seconds_count") ?? 0) >= 1)
                    let last = try #require(page.value("ricevuta_last_callback_timestamp_seconds"))
                    #expect(abs(last - Date().timeIntervalSince1970) < 60)
                    #expect((page.value("ricevuta_disk_free_bytes") ?? 0) > 1_048_576)
                    #expect(page.value("ricevuta_disk_min_free_bytes") == 67_108_864)
                    #expect((page.value(#"ricevuta_ledger_bytes{file="database"}"#) ?? 0) > 4096)
                    #expect((page.value("ricevuta_journal_bytes") ?? 0) > 4096)
                    #expect((page.value("process_open_fds") ?? 0) > 10)
                    #expect((page.value("process_resident_memory_bytes") ?? 0) > 1_048_576)
                }
            }
        }
    }
}

/// What `/metrics` says.
private struct MetricsPage {
    var types: [String: String] = [:]
    var help: [String: String] = [:]
    var labels: [(MetricName, [(String, String)])] = []
    private var samples: [String: Double] = [:]

    init(_ text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 3)
            if line.hasPrefix("# TYPE "), words.count == 4 { types[String(words[2])] = String(words[3]) }
            if line.hasPrefix("# HELP "), words.count == 4 { help[String(words[2])] = String(words[3]) }
            guard !line.hasPrefix("#"), let end = line.lastIndex(of: " ") else { continue }
            samples[String(line[..<end])] = Double(line[line.index(after: end)...])
            note(labelsOf: line[..<end])
        }
    }

    func value(_ series: String) -> Double? { samples[series] }

    private mutating func note(labelsOf series: Substring) {
        guard let brace = series.firstIndex(of: "{") else { return }
        let name = series[..<brace].replacing(/_(bucket|sum|count)$/, with: "")
        guard let metric = MetricName(rawValue: String(series[..<brace])) ?? MetricName(rawValue: String(name)) else {
            return
        }
        let pairs = series[series.index(after: brace)...].dropLast().matches(of: /([a-z_]+)="([^"]*)"/)
        labels.append((metric, pairs.map { (String($0.1), String($0.2)) }))
    }
}

extension TestBed {
    fileprivate func page(of receiver: Receiver) async throws -> MetricsPage {
        MetricsPage(try await metrics(of: receiver))
    }

    /// Places an order with the program itself.
    fileprivate func placeOne() async throws {
        let fields = ["--set", "0=SMPDAA50A41H501R"]
        let placed = try await command(["order", "place", "Cariche Attive Persona", "--yes"] + fields)
        #expect(placed.code == 0, "\(placed.problems)")
    }
}
