public import Visengine

/// What the API's answer makes of a callback.
extension CallbackVerdict {
    /// The verdicts that the next answer replaces, in the order in which they are looked at.
    ///
    /// One that is ``unconfirmed`` is not looked at again before the API shows what it claims
    /// (``OrderRecord/shownStates``): what somebody with the token makes up costs one look.
    public static let open: [CallbackVerdict] = [.skipped, .waiting]

    /// Evaluates a callback of an order by what the API has shown of that order.
    ///
    /// - Parameters:
    ///   - claimedID: The id that the callback names, if any.
    ///   - claimedState: The state that it claims, if any.
    ///   - order: The order as confirmed.
    /// - Returns: ``mismatched``, ``confirmed`` or ``unconfirmed``.
    public static func of(claimedID: OrderID?, claimedState: OrderState?, order: OrderRecord) -> CallbackVerdict {
        if let claimedID, claimedID != order.id { return .mismatched }
        return order.shows(claimedState) ? .confirmed : .unconfirmed
    }

    /// Whether a callback with this verdict asks for a read-back when the same fact arrives again.
    ///
    /// A state of known rank is passed once: confirmed, it can mean nothing new. What names no state, or an odd one,
    /// may mean something new each time.
    ///
    /// - Parameter claimedState: The state that it claims, if any.
    /// - Returns: Whether it asks.
    public func asksAgain(claimedState: OrderState?) -> Bool { self != .confirmed || claimedState?.rank == nil }
}

extension OrderRecord {
    /// Whether the API has shown what a callback claims, or more.
    ///
    /// - Parameter claimed: The state that the callback claims; one that claims none is shown by any answer.
    /// - Returns: Whether it is shown.
    public func shows(_ claimed: OrderState?) -> Bool {
        guard let claimed, claimed != state else { return true }
        if let rank = claimed.rank {
            // Cancelled and fulfilled end an order both, and exclude each other.
            return rank < self.rank || (rank == self.rank && !claimed.isTerminal)
        }
        return claimed.name == state?.name
    }

    /// The names (``OrderState/name``) of all states that the API has shown, in the order of their bytes: with them
    /// unconfirmed callbacks are found whose claim has come true.
    public var shownStates: [String] {
        var states = [OrderState.searching, .processing, .available, .fulfilled, .cancelled]
        if let state { states.append(state) }
        return Set(states.filter(shows).map(\.name)).sorted()
    }
}
