import HTTPListener
import Synchronization

/// A body that is sent in these pieces, and then breaks off or ends.
final class BrokenBody: BodyProducer {
    private let rest: Mutex<ArraySlice<[UInt8]>>
    private let breaksOff: Bool

    init(_ pieces: [[UInt8]], breaksOff: Bool = true) {
        rest = Mutex(pieces[...])
        self.breaksOff = breaksOff
    }

    func next(upTo max: Int) -> BodyStep {
        rest.withLock { rest in
            rest.popFirst().map { .bytes($0) } ?? (breaksOff ? .abort : .end)
        }
    }
}

extension [UInt8] {
    /// Pieces of a length.
    func pieces(of length: Int) -> [[UInt8]] {
        stride(from: 0, to: count, by: length).map { Array(self[$0..<Swift.min($0 + length, count)]) }
    }
}
