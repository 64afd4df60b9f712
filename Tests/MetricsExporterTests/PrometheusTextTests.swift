import Testing

@testable import MetricsExporter

@Suite struct PrometheusTextTests {
    @Test(arguments: [
        ("ricevuta_jobs_total", "ricevuta_jobs_total"), ("http.server-time", "http_server_time"), ("9lives", "_9lives"),
        ("", "_"), ("a:b", "a_b"), ("è", "__"),
    ])
    func makesAnyLabelAValidName(label: String, name: String) {
        #expect(PrometheusText.name(label) == name)
    }

    @Test(
        arguments: [
            (0, "0"), (3, "3"), (-2, "-2"), (0.25, "0.25"), (1e300, "1e+300"), (.infinity, "+Inf"),
            (-.infinity, "-Inf"),
            (.nan, "NaN"),
        ] as [(Double, String)]
    )
    func writesNumbersAsPrometheusReadsThem(value: Double, text: String) {
        #expect(PrometheusText.number(value) == text)
    }

    @Test func escapesWhatWouldEndALabelOrALine() {
        var text = PrometheusText()

        text.family("x", .gauge, help: "a \"b\" \\ c\nd")
        text.sample("x", [("l", "q\" b\\ n\n\r\n")], 1)

        #expect(text.text == "# HELP x a \"b\" \\\\ c\\nd\n# TYPE x gauge\nx{l=\"q\\\" b\\\\ n\\n\r\\n\"} 1\n")
    }
}
