import AdminEndpoints
import BaseKit
import CoreMetrics
import FoundationEssentials
import HTTPListener
import Logging
import MetricsExporter
import RicevutaCore
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1))) struct AdminServerTests {
    private static let sha256 = String(repeating: "0a", count: 32)
    private static let other = String(repeating: "0b", count: 32)
    private static let links = DocumentLinks(key: [UInt8](repeating: 7, count: 32), lifetime: .seconds(100))

    /// The query of a link to a document that expires at 200, with `good` for its signature.
    private static func query(_ sha256: String, _ text: String) -> String {
        let document = StoredDocument(sha256: sha256, size: 1, kind: .pdf, name: nil)
        let link = links.link(to: document, at: "", now: Timestamp(seconds: 100))
        return text.replacing("good", with: link.split(separator: "signature=")[1])
    }

    /// Runs a console on a listener of its own, and stops it.
    private func withConsole(
        problems: [String] = [],
        summary: Result<LedgerSummary, LedgerError> = .success(LedgerSummary()),
        journal: JournalCounts = JournalCounts(),
        documentPath: String = "/nonexistent",
        hosts: AdminHosts = AdminHosts(),
        connections: @escaping @Sendable () -> ListenerStatistics? = { nil },
        registry: PrometheusRegistry = PrometheusRegistry(),
        _ body: (UInt16) async throws -> Void
    ) async throws {
        let ports = AdminPorts(
            problems: { problems },
            engine: LedgerEngine(name: "store", version: "3.40.1", note: "not fixed", labels: ["fix": "false"]),
            summary: { () throws(LedgerError) in try summary.get() },
            journal: { journal },
            build: BuildInfo(version: "1.2.3", commit: nil, libmicrohttpd: "0.9.75"),
            storage: { StorageCounts(free: 5000, minFree: 100, ledger: ["database": 40, "log": 2]) },
            certificateExpiry: { Timestamp(seconds: 900) },
            links: { Self.links },
            configuration: {
                ConfigurationStatus(
                    fingerprint: "0123456789ab",
                    generation: 2,
                    since: Timestamp(seconds: 90),
                    isLastReloadRefused: false
                )
            },
            document: { sha256 in
                sha256 == Self.sha256
                    ? ServedDocument(path: documentPath, contentType: "application/pdf", fileExtension: "pdf") : nil
            },
            now: { Timestamp(seconds: 100) }
        )
        let console = AdminServer(
            ports: ports,
            hosts: { hosts },
            connections: connections,
            registry: registry,
            logger: Logger(label: "test")
        )
        let listener = try HTTPServer(ListenerConfiguration(), handler: console.handler)
        do {
            try await body(listener.port)
        } catch {
            await listener.stop(within: .zero)
            throw error
        }
        await listener.stop(within: .seconds(5))
    }

    /// A page that a browser on this machine shows may have had its own name lead here.
    @Test(arguments: [
        ("evil.example", 421), ("evil.example:9090", 421), ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost", 200), ("LOCALHOST:9090", 200), ("localhost.", 200), ("127.0.0.1", 200), ("127.0.0.1:9090", 200),
        ("[::1]:9090", 200), ("[::1]", 200), ("192.0.2.1", 200), (nil, 200),
        ("Metrics.internal:9090", 200), ("links.example.com", 200), ("links.example.com.evil", 421),
    ])
    func answersUnderItsOwnNamesOnly(host: String?, status: Int) async throws {
        let hosts = AdminHosts(names: ["metrics.internal"], addresses: ["https://links.example.com/x"])
        try await withConsole(hosts: hosts) { port in
            for target in ["/metrics", "/healthz", "/documents/\(Self.sha256)?expires=200&signature=bad"] {
                let answer = try await send("GET", target, port: port, host: host)
                let isRefusedLink = status == 200 && target.hasPrefix("/documents")
                #expect(answer.status == (isRefusedLink ? 403 : status), "\(target)")
                if status == 421 { #expect(answer.has("Content-Type: application/problem+json")) }
            }
        }
    }

    @Test func showsWhatTheListenerForCallbacksCounts() async throws {
        var statistics = ListenerStatistics()
        (statistics.open, statistics.withoutHead, statistics.accepted) = (7, 5, 100)
        (statistics.overConnectionLimit, statistics.overAddressLimit, statistics.lateHeads) = (3, 2, 4)
        let found = statistics

        try await withConsole(connections: { found }) { port in
            let lines = Set(try await send("GET", "/metrics", port: port).body.split(separator: "\n"))
            let expected: [Substring] = [
                "ricevuta_connections 7", "ricevuta_connections_without_head 5",
                "ricevuta_connections_accepted_total 100",
                "ricevuta_connections_closed_total{reason=\"crowded\"} 3",
                "ricevuta_connections_closed_total{reason=\"address_limit\"} 2",
                "ricevuta_connections_closed_total{reason=\"head_deadline\"} 4",
                "ricevuta_connections_closed_total{reason=\"request_deadline\"} 0",
            ]
            #expect(lines.isSuperset(of: expected), "\(lines)")
        }
    }

    @Test func saysThatItLives() async throws {
        try await withConsole(problems: ["the ledger is closing"]) { port in
            let answer = try await send("GET", "/healthz", port: port)
            #expect(answer.status == 200)
            #expect(answer.body == "ok\n")
        }
    }

    @Test func isReadyWithoutProblems() async throws {
        try await withConsole { port in
            let answer = try await send("GET", "/readyz", port: port)
            #expect(answer.status == 200)
        }
    }

    @Test func namesEachReasonWhyItIsNotReady() async throws {
        try await withConsole(problems: ["the disk is full", "the ledger is closing"]) { port in
            let answer = try await send("GET", "/readyz", port: port)
            #expect(answer.status == 503)
            #expect(answer.has("Content-Type: application/problem+json"))
            #expect(answer.body.contains("the disk is full; the ledger is closing"))
        }
    }

    @Test func showsWhatWasCountedAndWhatTheLedgerHolds() async throws {
        let registry = PrometheusRegistry()
        registry.makeCounter(label: "ricevuta_jobs_total", dimensions: [("kind", "fetch")]).increment(by: 3)
        let summary = LedgerSummary(
            callbacks: 12,
            callbacksByVerdict: ["confirmed": 10, "waiting": 2],
            ordersByState: ["fulfilled": 4, "unknown:sospesa": 1, "unknown:altro": 1],
            oldestOpenOrder: Timestamp(seconds: 40),
            documents: 4,
            deliveriesByState: ["dead": 1],
            jobsByKind: ["verify": 3],
            oldestDueMilliseconds: ["verify": 1500],
            sinks: [
                try #require(SinkName(rawValue: "crm")): SinkSummary(
                    waiting: 3,
                    retrying: 2,
                    oldestWaiting: Timestamp(milliseconds: 98_500),
                    dead: 1,
                    oldestDead: Timestamp(seconds: 70),
                    disabled: SinkSummary.Stop(since: Timestamp(seconds: 99), reason: "410")
                ),
                try #require(SinkName(rawValue: "files")): SinkSummary(
                    paused: SinkSummary.Stop(since: Timestamp(seconds: 99), reason: nil)
                ),
            ]
        )
        let journal = JournalCounts(unsettled: 7, quarantined: 1, damage: 2, syncs: 30, duplicates: 5)

        try await withConsole(summary: .success(summary), journal: journal, registry: registry) { port in
            let answer = try await send("GET", "/metrics", port: port)
            let lines = Set(answer.body.split(separator: "\n"))
            #expect(answer.status == 200)
            #expect(answer.has("Content-Type: text/plain; version=0.0.4; charset=utf-8"))
            let expected: [Substring] = [
                "ricevuta_jobs_total{kind=\"fetch\"} 3", "ricevuta_ready 1", "ricevuta_ledger_callbacks 12",
                "ricevuta_ledger_callbacks_by_verdict{verdict=\"waiting\"} 2", "ricevuta_ledger_documents 4",
                "ricevuta_ledger_orders{state=\"fulfilled\"} 4", "ricevuta_ledger_orders{state=\"unknown\"} 2",
                "ricevuta_ledger_deliveries{state=\"dead\"} 1", "ricevuta_ledger_jobs{kind=\"verify\"} 3",
                "ricevuta_ledger_oldest_due_seconds{kind=\"verify\"} 1.5", "ricevuta_journal_unsettled 7",
                "ricevuta_journal_quarantined 1", "ricevuta_journal_damage 2", "ricevuta_journal_syncs_total 30",
                "ricevuta_ledger_duplicates_total 5",
                "ricevuta_sink_pending{sink=\"crm\"} 3", "ricevuta_sink_retrying{sink=\"crm\"} 2",
                "ricevuta_sink_oldest_pending_seconds{sink=\"crm\"} 1.5",
                "ricevuta_sink_oldest_pending_seconds{sink=\"files\"} 0",
                "ricevuta_sink_dead_letters{sink=\"crm\"} 1", "ricevuta_sink_disabled{sink=\"crm\"} 1",
                "ricevuta_sink_disabled{sink=\"files\"} 0", "ricevuta_sink_paused{sink=\"files\"} 1",
                "ricevuta_sink_oldest_dead_letter_seconds{sink=\"crm\"} 30",
                "ricevuta_ledger_oldest_open_order_seconds 60", "ricevuta_ledger_orders{state=\"cancelled\"} 0",
                "ricevuta_build_info{version=\"1.2.3\",commit=\"unknown\",libmicrohttpd=\"0.9.75\"} 1",
                "ricevuta_disk_free_bytes 5000", "ricevuta_disk_min_free_bytes 100",
                "ricevuta_ledger_bytes{file=\"log\"} 2", "ricevuta_journal_failed_writes_total 0",
                "ricevuta_certificate_expiry_timestamp_seconds 900", "ricevuta_journal_bytes 0",
                "ricevuta_sink_paused{sink=\"crm\"} 0", "ricevuta_sink_pending{sink=\"files\"} 0",
                "ricevuta_ledger_info{engine=\"store\",version=\"3.40.1\",fix=\"false\"} 1",
            ]
            #expect(lines.isSuperset(of: expected), "\(answer.body)")
            let types = answer.body.split(separator: "\n").filter { $0.hasPrefix("# TYPE") }
            #expect(Set(types).count == types.count)
        }
    }

    @Test func stillCountsWhenTheLedgerCannotBeRead() async throws {
        let registry = PrometheusRegistry()
        registry.makeCounter(label: "n", dimensions: []).increment(by: 1)

        try await withConsole(problems: ["no"], summary: .failure(.closed), registry: registry) { port in
            let answer = try await send("GET", "/metrics", port: port)
            #expect(answer.status == 200)
            #expect(answer.body.contains("\nn 1\n"))
            #expect(answer.body.contains("\nricevuta_ready 0\n"))
        }
    }

    @Test func handsOutADocumentBehindAGoodLinkOnly() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "ricevuta-console-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }  // Nothing is left to do where it fails.
        try Data("%PDF-1.7".utf8).write(to: file)

        try await withConsole(documentPath: file.path) { port in
            let target = "/documents/\(Self.sha256)" + Self.query(Self.sha256, "?expires=200&signature=good")
            let answer = try await send("GET", target, port: port)
            #expect(answer.status == 200)
            #expect(answer.body == "%PDF-1.7")
            #expect(answer.has("Content-Type: application/pdf"))
            #expect(answer.has("Cache-Control: no-store"))
            #expect(answer.has("X-Content-Type-Options: nosniff"))
            #expect(answer.has("Content-Disposition: attachment; filename=\"\(Self.sha256).pdf\""))

            #expect(answer.has("ETag: \"\(Self.sha256)\""))
            for known in ["\"\(Self.sha256)\"", "\"x\", W/\"\(Self.sha256)\"", "*"] {
                let again = try await send("GET", target, port: port, fields: ["If-None-Match: \(known)"])
                #expect(again.status == 304 && again.body.isEmpty)
            }
            let field = "If-None-Match: \"\(Self.other)\""
            let other = try await send("GET", target, port: port, fields: [field])
            #expect(other.status == 200)

            let head = try await send("HEAD", target, port: port)
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
            #expect(head.has("Content-Length: 8"))
        }
    }

    @Test(arguments: [
        "", "?", "?expires=200", "?signature=good", "?expires=200&signature=bad", "?expires=201&signature=good",
        "?expires=200&signature=good&signature=bad", "?expires=200&signature=bad&signature=good",
        "?expires=200&signature=go%6Fd", "?expires=200&signature",
    ])
    func refusesABadLink(query: String) async throws {
        try await withConsole { port in
            for sha256 in [Self.sha256, Self.other] {
                let query = Self.query(sha256, query)
                let answer = try await send("GET", "/documents/\(sha256)\(query)", port: port)
                #expect(answer.status == 403)
                #expect(answer.has("Content-Type: application/problem+json"))
            }
        }
    }

    @Test func hasNoDocumentThatTheArchiveDoesNotHave() async throws {
        try await withConsole { port in
            let good = "?expires=200&signature=good"
            let unknown = try await send(
                "GET",
                "/documents/\(Self.other)" + Self.query(Self.other, good),
                port: port
            )
            #expect(unknown.status == 404)
            let vanished = try await send(
                "GET",
                "/documents/\(Self.sha256)" + Self.query(Self.sha256, good),
                port: port
            )
            #expect(vanished.status == 404)
        }
    }

    @Test(arguments: [
        ("GET", "/", 200), ("GET", "/healthz/", 404), ("GET", "/%68ealthz", 404), ("GET", "/documents/", 404),
        ("GET", "/documents/../healthz", 404), ("GET", "/documents/0A", 404), ("POST", "/nothing", 404),
        ("POST", "/healthz", 405), ("DELETE", "/metrics", 405), ("HEAD", "/healthz", 200),
    ])
    func answersOnlyWhatItHas(method: String, target: String, status: Int) async throws {
        try await withConsole { port in
            let answer = try await send(
                method,
                target,
                port: port,
                fields: method == "POST" ? ["Content-Length: 0"] : []
            )
            #expect(answer.status == status)
            if status == 405 { #expect(answer.has("Allow: GET, HEAD")) }
        }
    }
}
