import RicevutaCore
import Synchronization
import Visengine

/// Looks through the provider account's orders for the one that carries a token.
///
/// The list of orders shows no tokens (doc), so each order has to be read; the provider's rate limit paces that. What
/// has been looked at is remembered in the ledger, whichever order it was for: no order of the account is read twice,
/// and a search goes on where it was, after a restart too.
struct AccountSearch {
    /// The most orders read in one go; more are left for the next.
    static let maxReads = 50

    enum Outcome {
        /// This one carries the token.
        case found(Order)
        /// So many are left to look at.
        case more(Int)
        /// None of the account's orders carries it.
        case none
        /// The provider does not answer; what was looked at before counts.
        case failed(ProviderFailure)
    }

    let provider: ProviderID
    let ledger: any VerificationLedger
    let reader: any OrderReader
    let nonceOf: @Sendable (String) -> OrderNonce?
    let environment: FlowEnvironment
    let turn: SearchTurn

    func look(for nonce: OrderNonce) async throws(LedgerError) -> Outcome {
        let known = try await ledger.searchedIDs(for: nonce, at: provider)
        let listed: [OrderID]
        do throws(ProviderFailure) {
            for id in known {
                if let reading = try await read(id), self.nonce(of: reading) == nonce { return .found(reading) }
            }
            listed = try await reader.orders().map(\.id)
        } catch {
            return .failed(error)
        }
        let hidden = turn.hidden(at: .now)
        let open = try await ledger.unsearchedIDs(among: listed, at: provider).filter { !hidden.contains($0) }
        var looked: [SearchedOrder] = []
        var outcome = open.count > Self.maxReads ? Outcome.more(open.count - Self.maxReads) : .none
        search: for id in open.prefix(Self.maxReads) {
            do throws(ProviderFailure) {
                guard let reading = try await read(id) else {
                    turn.hide(id, at: .now)
                    continue
                }
                let carried = self.nonce(of: reading)
                if carried == nonce {
                    outcome = .found(reading)
                    break search
                }
                looked.append(SearchedOrder(id: id, nonce: carried))
            } catch {
                outcome = .failed(error)
                break search
            }
        }
        try await ledger.noteSearched(looked, at: provider, now: environment.now())
        return outcome
    }

    /// One order; `nil` when it is gone, which is no reason to stop.
    private func read(_ id: OrderID) async throws(ProviderFailure) -> Order? {
        do throws(ProviderFailure) {
            return try await reader.order(id)
        } catch .notFound {
            return nil
        }
    }

    private func nonce(of order: Order) -> OrderNonce? {
        if case .token(let text) = order.echo { nonceOf(text) } else { nil }
    }
}

/// Lets one search run at a time, and knows which orders the provider lists and does not show.
///
/// It may show them a moment later, so that they are not noted as looked at; for a while they are passed over, so that
/// they hold up no others.
final class SearchTurn: Sendable {
    private static let pause = Duration.seconds(3600)

    private let isTaken = Mutex(false)
    private let hiddenSince = Mutex<[OrderID: ContinuousClock.Instant]>([:])

    /// Orders that were not shown in the last hour.
    func hidden(at now: ContinuousClock.Instant) -> Set<OrderID> {
        hiddenSince.withLock { since in
            since = since.filter { $0.value.duration(to: now) < Self.pause }
            return Set(since.keys)
        }
    }

    /// Notes that an order is not shown.
    func hide(_ id: OrderID, at now: ContinuousClock.Instant) { hiddenSince.withLock { $0[id] = now } }

    /// - Returns: Whether the turn is the caller's, who ends it.
    func begin() -> Bool {
        isTaken.withLock { isTaken in
            defer { isTaken = true }
            return !isTaken
        }
    }

    func end() { isTaken.withLock { $0 = false } }
}
