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
/// What an idempotency key stands for is bought once, and no more is spent on a day in Rome's time zone than the limit:
/// the ledger decides both in the transaction that records the order, so that processes that place at once see each
/// other.
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
    private let dailyLimit: Price?
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
        /// The caller's own name for the order.
        public var reference: OrderReference?
        /// Under which the order is bought once.
        public var idempotencyKey: IdempotencyKey?
        /// What the catalogue says that it costs, options included; `nil` when it does not say.
        public var price: Price?

        /// Creates a request without a reference, a key or a price, unless they are given.
        public init(
            item: CatalogueItem,
            values: [String: String],
            options: [String] = [],
            email: String? = nil,
            reference: OrderReference? = nil,
            idempotencyKey: IdempotencyKey? = nil,
            price: Price? = nil
        ) {
            self.item = item
            self.values = values
            self.options = options
            self.email = email
            self.reference = reference
            self.idempotencyKey = idempotencyKey
            self.price = price
        }

        /// All that makes it another order, in a form that is the same whenever the same is ordered.
        fileprivate func content(at provider: ProviderID) -> [UInt8] {
            JSONValue.object([
                "provider": .string(provider.rawValue), "item": .string(item.hash.rawValue),
                "values": .object(
                    JSONObject(values.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })
                ),
                "options": .array(Set(options).sorted().map { .string($0) }), "email": JSONValue(email),
                "reference": JSONValue(reference?.rawValue),
            ]).encoded()
        }
    }

    /// What became of a request.
    public enum Outcome: Sendable, Equatable {
        /// The order was placed; as recorded with the provider's answer.
        case placed(OrderRecord)
        /// An earlier order has the same key and the same content: nothing was sent. It may still be pending.
        case earlier(OrderRecord)
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
    ///   - dailyLimit: The most that orders placed from here may cost on a day in Rome's time zone; `nil` for no limit.
    ///   - now: The clock.
    public init(
        provider: ProviderID,
        catalogue: any Catalogue,
        placer: any OrderPlacer,
        ledger: any PlacementLedger,
        registrar: CallbackRegistrar,
        firstPoll: Duration,
        dailyLimit: Price? = nil,
        now: @escaping @Sendable () -> Timestamp = { .now() }
    ) {
        self.provider = provider
        self.catalogue = catalogue
        self.placer = placer
        self.ledger = ledger
        self.registrar = registrar
        self.firstPoll = firstPoll
        self.dailyLimit = dailyLimit
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

    /// Places an order, or finds the one that was placed under the same key.
    ///
    /// With a limit and without a price, the provider is asked for the price first; if it does not say one either, the
    /// order is refused.
    ///
    /// - Parameters:
    ///   - request: What is ordered.
    ///   - nonce: A fresh one: it becomes the order's.
    /// - Returns: The order.
    /// - Throws: ``OrderPlacingError``, which says what is certain of the order.
    public func place(_ request: Request, nonce: OrderNonce) async throws(OrderPlacingError) -> Outcome {
        if let earlier = try await record(request, nonce) { return .earlier(earlier) }
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
            return .placed(try await ledger.placed(nonce, as: order, price: answer.price, now: now()))
        } catch {
            throw .placedButNotRecorded(order.id, error)
        }
    }

    /// Records the order before it is sent.
    ///
    /// - Returns: The earlier order with its key, if there is one; nothing is recorded then.
    private func record(_ request: Request, _ nonce: OrderNonce) async throws(OrderPlacingError) -> OrderRecord? {
        var order = NewOrder(
            nonce: nonce,
            provider: provider,
            item: request.item.hash,
            itemName: request.item.name,
            reference: request.reference,
            key: request.idempotencyKey,
            content: request.content(at: provider),
            price: request.price,
            dailyLimit: dailyLimit
        )
        // The catalogue does not say; validating it is what makes the provider say it.
        if dailyLimit != nil, order.price == nil { order.price = try await price(of: request) }
        let decision: PlacingDecision
        do throws(LedgerError) {
            let now = now()
            decision = try await ledger.placing(order, now: now, firstPoll: now + firstPoll)
        } catch {
            throw .notRecorded(error)
        }
        switch decision {
        case .recorded: return nil
        case .earlier(let earlier): return earlier
        case .keyInUse(let other): throw .keyInUse(by: other)
        case .overLimit(let spent):
            throw .overLimit(price: order.price, spent: spent, limit: dailyLimit ?? spent.total)
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
