import HTTPListener
import Synchronization

/// Sends a body piece by piece, slowly if asked to.
final class PiecewiseBody: BodyProducer {
    private struct State {
        var pieces: BodyPieces
        var rest: ArraySlice<UInt8> = []
        var pausesNext = false
    }

    private let state: Mutex<State>
    private let pace: SlowBody?

    init(_ pieces: BodyPieces, pace: SlowBody? = nil) {
        state = Mutex(State(pieces: pieces))
        self.pace = pace
    }

    func next(upTo max: Int) -> BodyStep {
        state.withLock { state in
            guard let pace else { return state.pieces.next().map { .bytes($0) } ?? Self.last(of: state) }
            if state.pausesNext {
                state.pausesNext = false
                return .pause(pace.pause)
            }
            if state.rest.isEmpty {
                guard let piece = state.pieces.next() else { return Self.last(of: state) }
                state.rest = piece[...]
            }
            let bytes = state.rest.prefix(Swift.max(1, pace.pieceBytes))
            state.rest = state.rest.dropFirst(bytes.count)
            state.pausesNext = true
            return .bytes(Array(bytes))
        }
    }

    private static func last(of state: State) -> BodyStep { state.pieces.breaksOff ? .abort : .end }
}
