import BaseKit
public import HTTPListener
public import Logging
public import MetricsExporter
import RicevutaCore

/// The admin server: whether the program lives and works, what it counts, and documents behind signed links.
///
/// | path                                       | answers                                                        |
/// |--------------------------------------------|----------------------------------------------------------------|
/// | `/`                                        | 200, a list of these pages                                     |
/// | `/healthz`                                 | 200 as long as the process answers                             |
/// | `/readyz`                                  | 200, or 503 with the reasons, when stores fail or the disk is low |
/// | `/metrics`                                 | 200, Prometheus' text format 0.0.4                             |
/// | `/documents/SHA256?expires=…&signature=…`  | 200 with the file, 403 on a bad link, 404 without the document |
///
/// All take `GET` and `HEAD`. Everything else is 404 or 405, as a problem document, and 421 under a
/// name that it does not have. It has no login: it belongs on a
/// loopback address, on a listener of its own.
public struct AdminServer: Sendable {
    private let ports: AdminPorts
    private let hosts: @Sendable () -> AdminHosts
    private let connections: @Sendable () -> ListenerStatistics?
    private let registry: PrometheusRegistry
    private let logger: Logger

    /// Creates the admin server.
    ///
    /// - Parameters:
    ///   - ports: What it asks the rest of the program.
    ///   - hosts: The names that it may be asked under; any other is answered 421.
    ///   - connections: What the listener for callbacks counts; `nil` as long as there is none.
    ///   - registry: What the program measures; the one that swift-metrics was started with.
    ///   - logger: Gets a line for each refused link, never its signature.
    public init(
        ports: AdminPorts,
        hosts: @escaping @Sendable () -> AdminHosts = { AdminHosts() },
        connections: @escaping @Sendable () -> ListenerStatistics? = { nil },
        registry: PrometheusRegistry,
        logger: Logger
    ) {
        self.ports = ports
        self.hosts = hosts
        self.connections = connections
        self.registry = registry
        self.logger = logger
    }

    /// Answers a listener's requests.
    public var handler: any RequestHandler {
        AsyncRequestHandler(decide: decide, respond)
    }

    private func decide(_ head: RequestHead) -> HeadDecision {
        guard hosts().allow(head.headers["host"]) else {
            return .refuse(.problem(421, detail: "Host name not allowed; see admin.hostNames."))
        }
        guard AdminRoute(path: head.path) != nil else { return .refuse(.notFound()) }
        guard AdminRoute.methods.contains(head.method) else {
            return .refuse(.methodNotAllowed(allow: AdminRoute.methods))
        }
        return .readBody(limit: 0)
    }

    private func respond(_ request: Request) async -> Response {
        switch AdminRoute(path: request.head.path) {
        case .index: .text(200, Self.index)
        case .health: .text(200, "ok\n")
        case .readiness: await readiness()
        case .metrics: await metrics()
        case .document(let sha256): await document(sha256, head: request.head)
        case nil: .notFound()
        }
    }

    private static let index = """
        ricevuta: admin

        /healthz            whether the process answers
        /readyz             whether stores work and the disk has room, or why not
        /metrics            Prometheus' text format
        /documents/SHA256   a document, with a signed link from a notification

        """

    private func readiness() async -> Response {
        let problems = await ports.problems()
        let configuration = ports.configuration()
        guard !problems.isEmpty else {
            let inUse = "configuration \(configuration.fingerprint), generation \(configuration.generation)"
            return .text(200, "ready\nledger \(ports.engine)\n\(inUse)\n")
        }
        return .unavailable(detail: problems.joined(separator: "; "))
    }

    private func metrics() async -> Response {
        var text = PrometheusText()
        registry.write(to: &text)
        let isReady = await ports.problems().isEmpty
        text.single(.ready, isReady ? 1 : 0)
        ProgramGauges.write(ports.build, to: &text)
        if let usage = ProcessUsage.current() { ProgramGauges.write(usage, to: &text) }
        ProgramGauges.write(await ports.storage(), to: &text)
        if let expiry = ports.certificateExpiry() {
            text.single(.certificateExpiry, Double(expiry.milliseconds) / 1000)
        }
        LedgerGauges.write(ports.engine, to: &text)
        ConfigurationGauges.write(ports.configuration(), to: &text)
        ProviderGauges.write(ports.providers(), openCircuits: ports.openCircuits(), to: &text)
        if let connections = connections() { ConnectionGauges.write(connections, to: &text) }
        JournalGauges.write(ports.journal(), to: &text)
        do throws(LedgerError) {
            LedgerGauges.write(try await ports.summary(), now: ports.now(), to: &text)
        } catch {
            // The rest is reported all the same: the counters matter most when the ledger fails.
            logger.warning("Reading the ledger for metrics failed", metadata: ["error": "\(error)"])
        }
        return .text(200, text.text, contentType: PrometheusText.contentType)
    }

    private func document(_ sha256: String, head: RequestHead) async -> Response {
        // The link comes first: without a good one, nobody learns what the archive holds.
        guard ports.links().allow(sha256: sha256, query: head.query, now: ports.now()) else {
            logger.debug(
                "Document link rejected",
                metadata: ["document.sha256": "\(sha256)", "peer": "\(head.peer)"]
            )
            return .problem(403, detail: "The link is invalid or has expired.")
        }
        guard let document = await ports.document(sha256) else {
            return .notFound(detail: "Document not found.")
        }
        // A content never changes: who has it already need not read it again.
        let tag = "\"\(sha256)\""
        let known = (head.headers["if-none-match"] ?? "").split(separator: ",")
            .map { $0.drop { $0 == " " }.replacing("W/", with: "") }
        guard !known.contains(where: { $0 == tag || $0 == "*" }) else {
            return Response(status: 304, headers: [("ETag", tag), ("Cache-Control", "no-store")])
        }
        return Response(
            status: 200,
            headers: [
                ("Content-Type", document.contentType),
                ("ETag", tag),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
                ("Content-Disposition", "attachment; filename=\"\(sha256).\(document.fileExtension)\""),
            ],
            body: .file(path: document.path)
        )
    }
}
