import BaseKit
import RicevutaConfiguration
import RicevutaCore
import Visengine

/// What `status` says of single orders: what those wait for that somebody may have to look at, and how the last placing
/// ended.
struct OrderConcerns: Sendable {
    /// As many as are read at a glance.
    private static let most = 5
    /// How long a rejected placing is news.
    private static let newsTime = Duration.seconds(86_400)
    /// How many of the newest orders are looked through for the last placing.
    private static let newest = 1000

    private var stories: [OrderStory]
    private var hasMore: Bool
    private var rejection: (order: OrderRecord, reason: String)?

    init(_ ledger: any LedgerReader, _ configuration: Configuration, now: Timestamp) async throws(LedgerError) {
        let troubled = try await ledger.troubledOrders(limit: Self.most + 1)
        let sinks = Set(configuration.sinks.map(\.name))
        stories = []
        for order in troubled.prefix(Self.most) {
            stories.append(try await ledger.story(of: String(order.key), callbacks: 1, configured: sinks))
        }
        hasMore = troubled.count > Self.most
        let recent = try await ledger.orders(OrderQuery(since: now - Self.newsTime, limit: Self.newest))
        let last = recent.first { $0.origin == .placed && $0.placement != .pending }
        guard let last, last.placement == .refused else { return }
        rejection = (last, try await ledger.work(ofOrder: last.key).problem ?? "unknown reason")
    }

    /// Whether orders are rejected for want of money, which the next that is placed will be, too.
    var lacksCredit: Bool { rejection?.reason.contains(ProviderErrorTable.insufficientCredit) == true }

    /// A row for each thing.
    func rows(at now: Timestamp) -> [[String]] {
        var rows = stories.map { ["order \($0.order.name)", $0.waitingSentence] }
        if hasMore { rows.append(["more orders", "`ricevuta order list --open` lists all that are not finished"]) }
        if let rejection {
            let cure = lacksCredit ? "top up the wallet and place it again; " : ""
            rows.append([
                "last order placed",
                "rejected \(rejection.order.createdAt.age(at: now)): \(rejection.reason); \(cure)"
                    + "`ricevuta explain \(rejection.order.name)`",
            ])
        }
        return rows
    }

    /// The same for programs.
    var json: JSONObject {
        [
            "troubledOrders": .array(
                stories.map {
                    [
                        "order": .string($0.order.name), "number": JSONValue($0.order.key),
                        "waitsFor": ["kind": .string($0.waiting.word), "sentence": .string($0.waitingSentence)],
                    ]
                }
            ),
            "lastPlacingRejected": rejection.map {
                [
                    "order": .string($0.order.name), "at": .string($0.order.createdAt.description),
                    "reason": .string($0.reason), "lacksCredit": .bool(lacksCredit),
                ]
            } ?? .null,
        ]
    }
}
