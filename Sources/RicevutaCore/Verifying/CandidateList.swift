public import Visengine

/// The ids that callbacks named for an order whose own is not known yet, and those that turned out not to be its own.
///
/// Both are bounded, as anybody with the token can make up ids.
public struct CandidateList: Sendable, Equatable {
    /// The most ids that are tried.
    public static let maxOpen = 8
    /// The most rejected ids that are kept so that they are not tried again.
    public static let maxRejected = 64

    /// One id.
    public struct Candidate: Sendable, Equatable {
        /// The provider's id of some order.
        public var id: OrderID
        /// The number of the newest callback that named it; 0 when none has.
        public var callback: Int64
        /// The number of its rejection, which grows with each of the order's; `nil` while it is to be tried.
        public var rejection: Int64?

        /// Creates a candidate.
        public init(id: OrderID, callback: Int64, rejection: Int64? = nil) {
            self.id = id
            self.callback = callback
            self.rejection = rejection
        }
    }

    /// What changed, for whoever keeps the list.
    public struct Change: Sendable, Equatable {
        /// The candidate that is new, or as it is from now on.
        public var written: Candidate
        /// The ids that are forgotten.
        public var forgotten: [OrderID] = []
    }

    /// All of them, in any order, each id once.
    public var candidates: [Candidate]

    /// Creates a list.
    public init(_ candidates: [Candidate] = []) { self.candidates = candidates }

    /// The ids to try, newest first.
    public var open: [OrderID] {
        candidates.filter { $0.rejection == nil }.sorted { $0.callback > $1.callback }.prefix(Self.maxOpen).map(\.id)
    }

    /// Whether an id is the only one to try, so that another callback that names it changes nothing.
    public func isOnlyOpen(_ id: OrderID) -> Bool {
        candidates.count { $0.rejection == nil } == 1 && candidates.contains { $0.id == id && $0.rejection == nil }
    }

    /// Notes an id that a callback named: the newest ids are tried, and one that was rejected stays so.
    ///
    /// - Parameters:
    ///   - id: The id.
    ///   - callback: The callback's number.
    /// - Returns: What changed; `nil` when nothing did.
    public mutating func name(_ id: OrderID, callback: Int64) -> Change? {
        if isOnlyOpen(id) { return nil }
        if let index = candidates.firstIndex(where: { $0.id == id }) {
            candidates[index].callback = callback
            return Change(written: candidates[index])
        }
        let candidate = Candidate(id: id, callback: callback)
        candidates.append(candidate)
        let kept = Set(open)
        return Change(written: candidate, forgotten: forget { $0.rejection == nil && !kept.contains($0.id) })
    }

    /// Notes that an id is not the order's, whether a callback named it or not; the oldest rejections are forgotten.
    ///
    /// - Parameter id: The id.
    /// - Returns: What changed.
    public mutating func reject(_ id: OrderID) -> Change {
        let rejection = (candidates.compactMap(\.rejection).max() ?? 0) &+ 1
        let index = candidates.firstIndex { $0.id == id } ?? candidates.endIndex
        if index == candidates.endIndex { candidates.append(Candidate(id: id, callback: 0)) }
        candidates[index].rejection = rejection
        let oldest = rejection &- Int64(Self.maxRejected)
        return Change(written: candidates[index], forgotten: forget { ($0.rejection ?? .max) <= oldest })
    }

    private mutating func forget(_ isForgotten: (Candidate) -> Bool) -> [OrderID] {
        let forgotten = candidates.filter(isForgotten).map(\.id)
        candidates.removeAll(where: isForgotten)
        return forgotten
    }
}
