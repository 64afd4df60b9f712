import BaseKit
import RicevutaCore
import Synchronization
import Testing
import Visengine
import VisengineClient

/// Orders that the sandbox takes.
enum Samples {
    static let pension = "e767a64dec5b382cbff27b3e46f41441"
    static let search = "afa0b4cu7yd06226i5d89p00077c3j6t"

    static let values = [
        "$0": "Ada", "$1": "Esempio", "$2": "ada@example.test", "$3": "333 0000000", "$4": "RSSMRA85T10A562S",
        "$5": "carta.pdf|data:application/pdf;base64,JVBERi0x", "$6": "codice.pdf|data:application/pdf;base64,JVBERi0x",
    ]

    /// An order for "Pensione Vecchiaia".
    static func placement(
        isFinal: Bool = true,
        isTest: Bool = false,
        adjust: (inout OrderPlacement) -> Void = { _ in }
    ) throws -> OrderPlacement {
        var placement = OrderPlacement(
            item: try #require(ItemHash(rawValue: pension)),
            values: values,
            isFinal: isFinal,
            isTest: isTest
        )
        adjust(&placement)
        return placement
    }

    /// An order for an item with searches.
    static func searchPlacement() throws -> OrderPlacement {
        OrderPlacement(item: try #require(ItemHash(rawValue: search)), values: ["$0": "PROVA SRL"])
    }

    static func id(_ text: String = "65f0c0ffee0123456789abcd") throws -> OrderID {
        try #require(OrderID(rawValue: text))
    }

    /// The least that an order's answer may hold.
    static let order: JSONValue = ["_id": "65f0c0ffee0123456789abcd"]
}

/// Makes any of the nine calls with inputs that are right in form, for what happens to all of them alike.
func make(_ call: VisengineCall, with client: VisengineAPI) async throws {
    let id = try Samples.id()
    let hash = try #require(ItemHash(rawValue: Samples.pension))
    switch call {
    case .catalogue: _ = try await client.readCatalogue()
    case .item: _ = try await client.readItem(hash)
    case .place: _ = try await client.placeOrder(try Samples.placement())
    case .orders: _ = try await client.readOrders()
    case .order: _ = try await client.readOrder(id)
    case .updateDraft: _ = try await client.updateDraft(id, DraftChanges(makesFinal: true))
    case .addSearch: _ = try await client.addSearch(to: id, values: ["$0": "PROVA"])
    case .chooseSearchResult: _ = try await client.chooseSearchResult(of: id, search: "\(id)_0", index: 0)
    case .document: _ = try await client.readDocument(of: id, into: MemoryWriter())
    }
}

/// Makes one of the nine calls, and gives its failure.
func failure(of call: VisengineCall, with client: VisengineAPI) async throws -> VisengineError {
    try #require(await #expect(throws: VisengineError.self) { try await make(call, with: client) })
}

extension VisengineCall {
    /// The calls that may be made twice without harm.
    static let readings: [VisengineCall] = [.catalogue, .item, .orders, .order, .document]
    /// The calls that place, change or charge something.
    static let changings: [VisengineCall] = [.place, .updateDraft, .addSearch, .chooseSearchResult]
}

/// Keeps a document in memory.
final class MemoryWriter: DocumentWriter {
    private struct State {
        var bytes: [UInt8] = []
        var longestPiece = 0
    }

    private let state = Mutex(State())
    private let limit: Int64

    /// Refuses to hold more than so many bytes.
    init(limit: Int64 = .max) { self.limit = limit }

    var bytes: [UInt8] { state.withLock { $0.bytes } }
    var longestPiece: Int { state.withLock { $0.longestPiece } }

    func write(_ bytes: ArraySlice<UInt8>) throws(ArchiveError) {
        try state.withLock { (state) throws(ArchiveError) in
            guard Int64(state.bytes.count + bytes.count) <= limit else { throw .tooLarge(limit: limit) }
            state.bytes += bytes
            state.longestPiece = max(state.longestPiece, bytes.count)
        }
    }

    func commit(_ metadata: DocumentMetadata) throws(ArchiveError) -> StoredDocument {
        throw .io(doing: "keep", path: "memory", errno: 0)
    }

    func discard() {}
}
