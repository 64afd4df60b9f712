public import AsyncHTTPClient
import BaseKit
import NIOHTTP1
public import Visengine

/// The provider's nine calls, in the dialect that the configuration names.
///
/// Every call waits for its turn in the token bucket, is refused at once while the circuit is open, and is tried again
/// after what may pass, as long as trying again cannot do a thing twice: a placement only when no connection came
/// about, or when it was explicitly refused. Redirects are not followed. The API token goes into the request's
/// header and nowhere else. Safe to use from any task; cancelling the task ends the call.
public final class VisengineAPI: Sendable {
    let transport: ProviderTransport
    let dialect: ProviderDialect

    /// Creates a client.
    ///
    /// - Parameters:
    ///   - configuration: Where the provider is, and the limits.
    ///   - http: A client made with ``VisengineAPIConfiguration/httpClientConfiguration``; its owner shuts it down.
    ///   - environment: The clocks.
    ///   - token: Gives the bearer token for each request.
    public init(
        _ configuration: VisengineAPIConfiguration,
        http: HTTPClient,
        environment: ClientEnvironment = ClientEnvironment(),
        token: @escaping @Sendable () async -> String
    ) {
        var configuration = configuration
        while configuration.baseURL.hasSuffix("/") { configuration.baseURL.removeLast() }
        dialect = configuration.dialect
        transport = ProviderTransport(
            configuration: configuration,
            http: http,
            token: token,
            environment: environment,
            gate: CallGate(circuit: configuration.circuit, rate: configuration.rate, environment: environment)
        )
    }

    /// The kinds of calls whose circuit is open: they are refused at once for a while after failures in a row.
    public var openCircuits: Set<VisengineCall> { transport.gate.open }

    /// Reads the catalogue (`GET /visure`).
    public func readCatalogue() async throws(VisengineError) -> [CatalogueItem] {
        let data = try await transport.data(.read(.catalogue, dialect.paths.catalogue))
        do throws(CatalogueDecodingError) {
            return try CatalogueItem.list(json: data)
        } catch {
            throw VisengineError(.catalogue, .unreadable(error.description))
        }
    }

    /// Reads all that the catalogue says of one item (`GET /visure/{hash}`; 400/200 for an unknown hash).
    public func readItem(_ hash: ItemHash) async throws(VisengineError) -> ItemDetail {
        let data = try await transport.data(.read(.item, dialect.paths.item(hash)))
        do throws(CatalogueDecodingError) {
            return try ItemDetail(json: data)
        } catch {
            throw VisengineError(.item, .unreadable(error.description))
        }
    }

    /// Places an order (`POST /richiesta`).
    ///
    /// - Returns: The order; for a test only the prices.
    /// - Throws: ``VisengineError``. With ``VisengineError/mayHaveSucceeded`` the order may exist all the same, and its
    ///   callback may come.
    public func placeOrder(_ placement: OrderPlacement) async throws(VisengineError) -> PlacedOrder {
        let data = try await transport.data(
            .change(
                .place,
                .POST,
                dialect.paths.orders,
                dialect.bodies.placement(placement),
                isRepeatable: placement.isTest
            )
        )
        let order = placement.isTest ? nil : try Self.order(data, of: .place)
        return PlacedOrder(
            order: order,
            price: data["prezzo_visura"].flatMap { Price(json: $0) },
            searchPrice: data["prezzo_ricerca"].flatMap { Price(json: $0) }
        )
    }

    /// Lists the account's orders, in the provider's order (`GET /richiesta`; 404/203 is an empty list).
    ///
    /// The list shows less of each order than ``readOrder(_:)``: no searches, no outcome, nothing of the callback
    /// (doc).
    public func readOrders() async throws(VisengineError) -> [Order] {
        let data: JSONValue
        do throws(VisengineError) {
            data = try await transport.data(.read(.orders, dialect.paths.orders))
        } catch {
            if error.meaning?.effect == .emptyList { return [] }
            throw error
        }
        guard let elements = data.array else { throw VisengineError(.orders, .unreadable("data is not a list")) }
        // One order that cannot be read must not hide the others from whoever looks for what was missed.
        return elements.compactMap { try? Order(json: $0) }
    }

    /// Reads one order (`GET /richiesta/{_id}`; 404/202 for an unknown one).
    public func readOrder(_ id: OrderID) async throws(VisengineError) -> Order {
        try Self.order(try await transport.data(.read(.order, dialect.paths.order(id))), of: .order)
    }

    /// Changes a draft, or makes it final (`PUT /richiesta/{_id}`; 400/239 when it is final already).
    public func updateDraft(_ id: OrderID, _ changes: DraftChanges) async throws(VisengineError) -> Order {
        let request = ProviderRequest.change(
            .updateDraft,
            .PUT,
            dialect.paths.order(id),
            dialect.bodies.changes(changes),
            isRepeatable: !changes.makesFinal
        )
        return try Self.order(try await transport.data(request), of: .updateDraft)
    }

    /// Adds a search to an order whose item has searches (`POST /richiesta/{_id}`; it is charged).
    ///
    /// - Parameters:
    ///   - id: The order.
    ///   - values: The search's inputs by their fields' keys.
    /// - Returns: The order with the new search.
    /// - Throws: ``VisengineError``.
    public func addSearch(to id: OrderID, values: [String: String]) async throws(VisengineError) -> Order {
        let request = ProviderRequest.change(
            .addSearch,
            .POST,
            dialect.paths.order(id),
            dialect.bodies.search(values)
        )
        return try Self.order(try await transport.data(request), of: .addSearch)
    }

    /// Chooses a search's result, for which the document is then made and charged (`PUT /richiesta/{_id}/ricerche`).
    ///
    /// - Parameters:
    ///   - id: The order.
    ///   - search: `id_ricerca`.
    ///   - index: `indice`, from 0.
    /// - Returns: The order.
    /// - Throws: ``VisengineError``.
    public func chooseSearchResult(
        of id: OrderID,
        search: String,
        index: Int
    ) async throws(VisengineError) -> Order {
        let request = ProviderRequest.change(
            .chooseSearchResult,
            .PUT,
            dialect.paths.searchChoice(id),
            dialect.bodies.choice(search, index)
        )
        return try Self.order(try await transport.data(request), of: .chooseSearchResult)
    }

    private static func order(_ data: JSONValue, of call: VisengineCall) throws(VisengineError) -> Order {
        do throws(OrderDecodingError) {
            return try Order(json: data)
        } catch {
            throw VisengineError(call, .unreadable(error.description), mayHaveSucceeded: call != .order)
        }
    }
}
