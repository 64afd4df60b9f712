import ArgumentParser

/// The command `ricevuta metrics-page`, for whoever changes the table of metrics.
struct MetricsPageCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics-page",
        abstract: "Print the page Metrics of the documentation.",
        shouldDisplay: false
    )

    func perform() async throws { Terminal.print(MetricsPage.text) }
}
