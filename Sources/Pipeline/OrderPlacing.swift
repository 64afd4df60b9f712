public import BaseKit
public import RicevutaCore
public import Visengine

/// Places orders so that none is lost: an order that may exist at the provider is in the ledger, whatever fails and
/// whenever the process dies.
///
/// | step                                                  | a crash after it leaves                            |
/// |-------------------------------------------------------|----------------------------------------------------|
/// | record it as pending, with nonce and first poll       | a pending order; polls find that none exists       |
/// | send it, the nonce's token in its registration        | a pending order; a callback or a poll binds it     |
/// | record the answer: its id, or that it was refused     | the order as the provider has it                   |
///
/// Nothing is sent that is not recorded, nothing is sent twice, and only an explicit refusal ends an order: any
/// other failure leaves it pending, since the provider may have taken it, and charged for it.
public struct OrderPlacing: Sendable {
    private let provider: ProviderID
    private let catalogue: any Catalogue
    private let placer: any OrderPlacer
    private let ledger: any PlacementLedger
    private let registrar: CallbackRegistrar
    private let firstPoll: Duration
    private let now: @Sendable () -> Timestamp

    /// What is ordered; the callback registration is made here.
    public struct Request: Sendable, Equatable {
        /// The item, as the catalogue describes it.
        public var item: CatalogueItem
        /// The inputs, as in ``OrderPlacement/values``.
        public var values: [String: String]
        /// The names of the options chosen.
        public var options: [String]
        /// Where the provider is to send the document as well.
        public var email: String?

        /// Creates a request.
        public init(item: CatalogueItem, values: [String: String], options: [String] = [], email: String? = nil) {
            self.item = item
            self.values = values
            self.options = options
            self.email = email
        }
    }

    /// Creates the service from its ports.
    ///
    /// - Parameters:
    ///   - provider: Where orders are placed.
    ///   - catalogue: What the provider sells.
    ///   - placer: Sends orders.
    ///   - ledger: Records them first.
    ///   - registrar: Makes their callback registrations.
    ///   - firstPoll: How long after its recording an order is read back without a callback.
    ///   - now: The clock.
    public init(
        provider: ProviderID,
        catalogue: any Catalogue,
        placer: any OrderPlacer,
        ledger: any PlacementLedger,
        registrar: CallbackRegistrar,
        firstPoll: Duration,
        now: @escaping @Sendable () -> Timestamp = { .now() }
    ) {
        self.provider = provider
        self.catalogue = catalogue
        self.placer = placer
        self.ledger = ledger
        self.registrar = registrar
        self.firstPoll = firstPoll
        self.now = now
    }

    /// Finds an item by its hash or, without regard to case, by its name.
    ///
    /// - Throws: ``OrderPlacingError/itemNotFound(_:)``, ``OrderPlacingError/severalItems(_:)``,
    ///   ``OrderPlacingError/needsChoice(_:)``, ``OrderPlacingError/call(_:)``.
    public func item(_ text: String) async throws(OrderPlacingError) -> ItemDetail {
        let found = try await find(text)
        guard !found.hasSearch else { throw .needsChoice(found.item.name) }
        return found
    }

    private func find(_ text: String) async throws(OrderPlacingError) -> ItemDetail {
        let found: [CatalogueItem]
        do throws(CallFailure) {
            if text.utf8.count == 32, let hash = ItemHash(rawValue: text) { return try await catalogue.item(hash) }
            found = try await catalogue.items().filter { $0.name.lowercased() == text.lowercased() }
            if let only = found.first, found.count == 1 { return try await catalogue.item(only.hash) }
        } catch {
            throw .call(error)
        }
        throw found.isEmpty ? .itemNotFound(text) : .severalItems(found.count)
    }

    /// Has the provider validate and price a request; places no order.
    ///
    /// - Returns: The price, where the provider says one.
    /// - Throws: ``OrderPlacingError/call(_:)``.
    public func price(of request: Request) async throws(OrderPlacingError) -> Price? {
        do throws(CallFailure) {
            return try await placer.place(placement(of: request, .random(), isTest: true)).price
        } catch {
            throw .call(error)
        }
    }

    /// Places an order.
    ///
    /// - Parameters:
    ///   - request: What is ordered.
    ///   - nonce: A fresh one: it becomes the order's.
    /// - Returns: The order as recorded with the provider's answer.
    /// - Throws: ``OrderPlacingError``, which says what is certain of the order.
    public func place(_ request: Request, nonce: OrderNonce) async throws(OrderPlacingError) -> OrderRecord {
        try await record(request, nonce)
        let answer: PlacedOrder
        do throws(CallFailure) {
            answer = try await placer.place(placement(of: request, nonce, isTest: false))
        } catch {
            throw await failure(after: error, nonce)
        }
        guard let order = answer.order else {
            // It was taken, or it would have been refused.
            throw .outcomeUnknown(CallFailure(.outcomeUnknown, reason: "the provider answered without an order ID"))
        }
        do throws(LedgerError) {
            return try await ledger.placed(nonce, as: order, now: now())
        } catch {
            throw .placedButNotRecorded(order.id, error)
        }
    }

    private func record(_ request: Request, _ nonce: OrderNonce) async throws(OrderPlacingError) {
        let now = now()
        do throws(LedgerError) {
            _ = try await ledger.placing(
                nonce,
                at: provider,
                item: request.item.hash,
                itemName: request.item.name,
                now: now,
                firstPoll: now + firstPoll
            )
        } catch {
            throw .notRecorded(error)
        }
    }

    /// Ends the order when it is certain that it does not exist.
    private func failure(after error: CallFailure, _ nonce: OrderNonce) async -> OrderPlacingError {
        switch error.kind {
        // A lost response is not a refusal: reconciliation searches for the order by its token.
        case .outcomeUnknown: return .outcomeUnknown(error)
        case .notPermitted, .notFound, .rejected, .unavailable:
            let refusal = error
            do throws(LedgerError) {
                try await ledger.placementRefused(nonce, reason: refusal.reason, now: now())
                return .refused(refusal)
            } catch {
                return .refusalNotRecorded(refusal, error)
            }
        }
    }

    private func placement(of request: Request, _ nonce: OrderNonce, isTest: Bool) -> OrderPlacement {
        OrderPlacement(
            item: request.item.hash,
            values: request.values,
            options: request.options,
            callback: registrar.registration(for: nonce),
            email: request.email,
            isTest: isTest
        )
    }
}
