import RicevutaCore
import Synchronization

/// A sink whose attempts begin when the dispatcher makes them, and end when the test says so.
final class FakeSink: Sink {
    let name: SinkName
    /// Each delivery's id as its attempt begins.
    let begun: AsyncStream<String>
    private let begin: AsyncStream<String>.Continuation
    private let waiting = Mutex<[String: AsyncStream<DeliveryOutcome>.Continuation]>([:])
    private let immediate: DeliveryOutcome?

    init(_ name: SinkName, immediate: DeliveryOutcome? = nil) {
        self.name = name
        self.immediate = immediate
        (begun, begin) = AsyncStream<String>.makeStream()
    }

    func deliver(_ parcel: Parcel) async -> DeliveryOutcome {
        let (answers, answer) = AsyncStream<DeliveryOutcome>.makeStream()
        waiting.withLock { $0[parcel.deliveryID] = answer }
        begin.yield(parcel.deliveryID)
        if let immediate { return immediate }
        for await outcome in answers { return outcome }
        return .transient(reason: "cancelled")
    }

    func finish(_ delivery: String, _ outcome: DeliveryOutcome = .accepted) {
        waiting.withLock { $0[delivery] }?.yield(outcome)
    }
}
