import RicevutaConfiguration
import RicevutaCore
import Sinks

/// The sinks of a configuration.
struct SinkSet: Sendable {
    /// In the order of the configuration.
    let all: [any Sink]
    /// Those that write into folders.
    let folders: [DirectorySink]
    private let endpoints: [HTTPSink]

    /// Makes each sink; nothing is connected to or written yet.
    ///
    /// - Throws: `HTTPSinkError` or `NameTemplateError`, both of which the configuration's checks have ruled out.
    init(_ configuration: [Configuration.Sink], link: @escaping HTTPSink.Link) throws {
        var all: [any Sink] = []
        var folders: [DirectorySink] = []
        var endpoints: [HTTPSink] = []
        for sink in configuration {
            switch sink.destination {
            case .directory(let path, let template):
                let made = DirectorySink(
                    name: sink.name,
                    root: path,
                    template: try NameTemplate(template),
                    timeLimit: sink.timeLimit,
                    concurrency: sink.concurrency
                )
                folders.append(made)
                all.append(made)
            case .http(let url, let secrets, let inlineUpTo, let allowedNetworks):
                let settings = HTTPSinkSettings(
                    url: url,
                    inlineLimit: inlineUpTo,
                    timeLimit: sink.timeLimit,
                    allowedNetworks: allowedNetworks,
                    concurrency: sink.concurrency
                )
                let keys = secrets.compactMap { WebhookSecret($0.text) }
                guard let secret = keys.first else { throw HTTPSinkError.badURL("it has no signing secret") }
                let made = try HTTPSink(
                    name: sink.name,
                    settings: settings,
                    signer: WebhookSigner(secret: secret, retiring: keys.dropFirst().first),
                    link: link,
                    now: { .now() }
                )
                endpoints.append(made)
                all.append(made)
            }
        }
        self.all = all
        self.folders = folders
        self.endpoints = endpoints
    }

    /// Closes connections.
    func close() { for endpoint in endpoints { endpoint.close() } }
}
