import RicevutaCore
import Synchronization
import Visengine

/// A provider that shows the orders and the document it was given, and counts what it is asked.
final class FakeProvider: OrderReader, DocumentSource {
    private let answers: [OrderID: Result<Order, ProviderFailure>]
    private let listed: Result<[Order], ProviderFailure>
    private let document: Result<[UInt8], DocumentFetchError>
    private let asked = Mutex<[OrderID]>([])
    /// Each order's id as it is asked for.
    let asks: AsyncStream<OrderID>
    private let ask: AsyncStream<OrderID>.Continuation

    init(
        _ answers: [OrderID: Result<Order, ProviderFailure>] = [:],
        listed: Result<[Order], ProviderFailure> = .success([]),
        document: Result<[UInt8], DocumentFetchError> = .success([])
    ) {
        self.answers = answers
        self.listed = listed
        self.document = document
        (asks, ask) = AsyncStream<OrderID>.makeStream()
    }

    convenience init(orders first: Order, _ others: Order...) {
        let orders = [first] + others
        self.init(
            Dictionary(uniqueKeysWithValues: orders.map { ($0.id, .success($0)) }),
            listed: .success(orders)
        )
    }

    /// The orders that were read, in this order.
    var reads: [OrderID] { asked.withLock { $0 } }

    func order(_ id: OrderID) async throws(ProviderFailure) -> Order {
        asked.withLock { $0.append(id) }
        ask.yield(id)
        return try (answers[id] ?? .failure(.notFound(reason: "404"))).get()
    }

    func orders() async throws(ProviderFailure) -> [Order] { try listed.get() }

    func fetchDocument(
        of id: OrderID,
        into writer: any DocumentWriter
    ) async throws(DocumentFetchError) -> DocumentMetadata {
        let bytes = try document.get()
        do throws(ArchiveError) {
            try await writer.write(bytes[...])
        } catch {
            throw .archive(error)
        }
        return DocumentMetadata(name: "visura.pdf", size: Int64(bytes.count))
    }
}
