import CoreMetrics
import Testing

@testable import MetricsExporter

@Suite struct PrometheusRegistryTests {
    private let registry = PrometheusRegistry(help: ["jobs_total": "Jobs."])

    private var page: [Substring] {
        var text = PrometheusText()
        registry.write(to: &text)
        return text.text.split(separator: "\n")
    }

    @Test func countsUpUnderOneSetOfLabelsInAnyOrder() {
        registry.makeCounter(label: "jobs_total", dimensions: [("kind", "fetch"), ("outcome", "ok")]).increment(by: 2)
        registry.makeCounter(label: "jobs_total", dimensions: [("outcome", "ok"), ("kind", "fetch")]).increment(by: 1)
        registry.makeCounter(label: "jobs_total", dimensions: [("kind", "deliver")]).increment(by: 5)

        #expect(
            page == [
                "# HELP jobs_total Jobs.", "# TYPE jobs_total counter",
                "jobs_total{kind=\"deliver\"} 5", "jobs_total{kind=\"fetch\",outcome=\"ok\"} 3",
            ]
        )
    }

    @Test func neverCountsDownNorOver() {
        let counter = registry.makeCounter(label: "n", dimensions: [])

        counter.increment(by: .max)
        counter.increment(by: 10)
        counter.increment(by: -5)

        #expect(page.last == "n 9223372036854775807" || page.last == "n 9.223372036854776e+18")
    }

    @Test func countsFromManyTasksWithoutLosingOne() async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { [registry] in
                    for _ in 0..<1000 { registry.makeCounter(label: "n", dimensions: [("a", "b")]).increment(by: 1) }
                }
            }
        }

        #expect(page.last == "n{a=\"b\"} 8000")
    }

    @Test func keepsALastValueForMetersAndPlainRecorders() {
        registry.makeMeter(label: "depth", dimensions: []).set(4.5)
        registry.makeMeter(label: "depth", dimensions: []).increment(by: 1)
        registry.makeRecorder(label: "load", dimensions: [], aggregate: false).record(7 as Int64)

        #expect(page == ["# TYPE depth gauge", "depth 5.5", "# TYPE load gauge", "load 7"])
    }

    @Test func sumsUpRecordersThatAggregate() {
        let recorder = registry.makeRecorder(label: "size", dimensions: [("k", "v")], aggregate: true)

        recorder.record(2 as Int64)
        recorder.record(0.5)

        #expect(page == ["# TYPE size summary", "size_sum{k=\"v\"} 2.5", "size_count{k=\"v\"} 2"])
    }

    @Test func sortsDurationsIntoCumulativeBucketsOfSeconds() {
        let timer = registry.makeTimer(label: "took", dimensions: [("s", "a")])

        timer.recordNanoseconds(1_000_000)
        timer.recordNanoseconds(2_000_000_000)
        timer.recordNanoseconds(3_600_000_000_000)

        let page = page
        #expect(page.first == "# TYPE took_seconds histogram")
        #expect(page.contains("took_seconds_bucket{s=\"a\",le=\"0.001\"} 1"))
        #expect(page.contains("took_seconds_bucket{s=\"a\",le=\"1\"} 1"))
        #expect(page.contains("took_seconds_bucket{s=\"a\",le=\"2.5\"} 2"))
        #expect(page.contains("took_seconds_bucket{s=\"a\",le=\"600\"} 2"))
        #expect(page.contains("took_seconds_bucket{s=\"a\",le=\"+Inf\"} 3"))
        #expect(page.suffix(2) == ["took_seconds_sum{s=\"a\"} 3602.001", "took_seconds_count{s=\"a\"} 3"])
    }

    @Test func givesASecondKindUnderOneNameANameOfItsOwn() {
        registry.makeCounter(label: "x", dimensions: []).increment(by: 1)
        registry.makeMeter(label: "x", dimensions: []).set(2.0)

        #expect(page == ["# TYPE x counter", "x 1", "# TYPE x_gauge gauge", "x_gauge 2"])
    }

    @Test func tellsLabelsApartThatLookAlikeWhenJoined() {
        registry.makeCounter(label: "n", dimensions: [("a", "1,b=1:2")]).increment(by: 1)
        registry.makeCounter(label: "n", dimensions: [("a", "1"), ("b", "2")]).increment(by: 1)

        #expect(page.count == 3)
    }

    @Test func forgetsWhatIsDestroyed() {
        let counter = registry.makeCounter(label: "n", dimensions: [])
        counter.increment(by: 3)

        registry.destroyCounter(counter)

        #expect(page.isEmpty)
        registry.makeCounter(label: "n", dimensions: []).increment(by: 1)
        #expect(page.last == "n 1")
    }
}
