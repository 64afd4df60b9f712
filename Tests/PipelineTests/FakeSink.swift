import RicevutaCore
import Synchronization

/// A sink whose attempts begin when the dispatcher makes them, and end when the test says so.
final class FakeSink: Sink {
    let name: SinkName
    let limits: SinkLimits
    /// What was asked of it beside deliveries, in order.
    let life = Mutex<[String]>([])
    private let preparing: Result<[String], SinkFailure>
    /// Each delivery's id as its attempt begins.
    let begun: AsyncStream<String>
    private let begin: AsyncStream<String>.Continuation
    private let waiting = Mutex<[String: AsyncStream<DeliveryOutcome>.Continuation]>([:])
    private let immediate: DeliveryOutcome?
    private let answer: SinkAnswer?

    init(
        _ name: SinkName,
        limits: SinkLimits = SinkLimits(),
        immediate: DeliveryOutcome? = nil,
        answer: SinkAnswer? = nil,
        preparing: Result<[String], SinkFailure> = .success([])
    ) {
        self.name = name
        self.limits = limits
        self.preparing = preparing
        self.immediate = immediate
        self.answer = answer
        (begun, begin) = AsyncStream<String>.makeStream()
    }

    func prepare() async throws(SinkFailure) -> [String] {
        life.withLock { $0.append("prepare") }
        return try preparing.get()
    }

    func check() async throws(SinkFailure) -> [String] {
        life.withLock { $0.append("check") }
        return []
    }

    func close() async { life.withLock { $0.append("close") } }

    func deliver(_ delivery: DeliveryAttempt) async -> DeliveryResult {
        let (outcomes, outcome) = AsyncStream<DeliveryOutcome>.makeStream()
        waiting.withLock { $0[delivery.deliveryID] = outcome }
        begin.yield(delivery.deliveryID)
        if let immediate { return DeliveryResult(immediate, answer: answer) }
        for await outcome in outcomes { return DeliveryResult(outcome, answer: answer) }
        return DeliveryResult(.transient(reason: "cancelled"))
    }

    func finish(_ delivery: String, _ outcome: DeliveryOutcome = .accepted) {
        waiting.withLock { $0[delivery] }?.yield(outcome)
    }
}
