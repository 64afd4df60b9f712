import BaseKit
import Synchronization
import Testing
import Visengine

@testable import VisengineSandbox

/// What is due when, by a clock that stands until it is told to go on.
@Suite(.timeLimit(.minutes(1)))
struct CallbackTimingTests {
    private final class Uptime: Sendable {
        private let time = Mutex(Duration.zero)
        var now: Duration { time.withLock { $0 } }
        func pass(_ time: Duration) { self.time.withLock { $0 += time } }
    }

    private let uptime = Uptime()

    private func state(step: Duration? = nil, _ change: (inout SandboxFaults) -> Void = { _ in }) -> SandboxState {
        var configuration = SandboxConfiguration(step: step)
        change(&configuration.faults)
        return SandboxState(configuration, uptime: { [uptime] in uptime.now })
    }

    private func place(in state: SandboxState) throws -> OrderID {
        let order = try state.changing { (book, now) throws(Refusal) in
            try book.addUnchecked(
                item: Samples.pensionHash,
                callbackData: Samples.callback("http://127.0.0.1:1/")["callback_data"],
                now: now
            )
        }
        return try #require(order).id
    }

    /// The states in all callbacks that were handed out, as they were bundled.
    private func sent(by state: SandboxState) async -> [[String]] {
        state.close()
        var sent: [[String]] = []
        for await callbacks in state.outbox { sent.append(callbacks.map(\.state)) }
        return sent
    }

    @Test func aDelayedCallbackIsHeldBackForAsLongAsAskedFor() async throws {
        let state = state { $0.callbackDelay = .seconds(5) }
        let id = try place(in: state)
        state.tick()
        #expect(state.pending == 1)
        uptime.pass(.milliseconds(4999))
        state.tick()
        // Shows where the delayed one has its place; it is told without any fault.
        _ = state.resend(id, claiming: "before", times: 1)
        uptime.pass(.milliseconds(1))
        state.tick()
        _ = state.resend(id, claiming: "after", times: 1)
        uptime.pass(.seconds(60))
        state.tick()

        #expect(await sent(by: state) == [["before"], ["In erogazione"], ["after"]])
    }

    @Test func eachCallbackIsDelayedFromItsOwnTime() async throws {
        let state = state { $0.callbackDelay = .seconds(5) }
        let id = try place(in: state)
        uptime.pass(.seconds(3))
        #expect(state.advance(id) == 1)
        uptime.pass(.seconds(2))
        state.tick()
        _ = state.resend(id, claiming: "between", times: 1)
        uptime.pass(.seconds(3))
        state.tick()

        #expect(await sent(by: state) == [["In erogazione"], ["between"], ["Dati disponibili"]])
    }

    @Test func reversedCallbacksAreDelayedTogether() async throws {
        let state = state {
            $0.reversesCallbacks = true
            $0.callbackDelay = .seconds(5)
        }
        let id = try place(in: state)
        #expect(state.advance(id, steps: 2) == 2)
        state.tick()
        _ = state.resend(id, claiming: "before", times: 1)
        uptime.pass(.seconds(5))
        state.tick()

        #expect(await sent(by: state) == [["before"], ["Visura evasa", "Dati disponibili", "In erogazione"]])
    }

    @Test func nobodyWaitsForADelayedCallbackThatIsNeverSent() async throws {
        let state = state { $0.callbackDelay = .seconds(5) }
        _ = try place(in: state)
        #expect(state.pending == 1)

        state.close()

        // Checked first, since a wait without an end could not be broken off.
        try #require(state.pending == 0)
        await state.settled()
    }

    @Test func ordersMoveOnWhenTheirTimeHasCome() throws {
        let state = state(step: .seconds(10))
        let id = try place(in: state)
        var stages: [OrderStage?] = []
        for pause in [9.999, 0.001, 9.999, 0.001, 100] {
            uptime.pass(.seconds(pause))
            state.tick()
            stages.append(try state.reading { $0[id]?.stage })
        }

        #expect(stages == [.processing, .available, .available, .fulfilled, .fulfilled])
    }
}
