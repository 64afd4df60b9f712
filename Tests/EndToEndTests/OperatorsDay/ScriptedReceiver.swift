import HTTPListener
import Synchronization

/// A service that answers every notification as it is told to, and keeps what came.
struct ScriptedReceiver: Sendable {
    /// One request.
    struct Arrival: Sendable {
        /// `webhook-id`: the notification's.
        var id: String
        /// What it was answered.
        var status: Int
    }

    private final class Script: Sendable {
        private struct State {
            var status: Int
            var text: String
            var arrivals: [Arrival] = []
        }

        private let state: Mutex<State>

        init(_ status: Int, _ text: String) { state = Mutex(State(status: status, text: text)) }

        var arrivals: [Arrival] { state.withLock { $0.arrivals } }

        func answer(_ status: Int) { state.withLock { $0.status = status } }

        func respond(to request: Request) -> Response {
            state.withLock { state in
                let id = request.head.headers["webhook-id"] ?? ""
                state.arrivals.append(Arrival(id: id, status: state.status))
                return .text(state.status, state.status < 300 ? "" : state.text)
            }
        }
    }

    let url: String
    private let script: Script

    /// Runs one for as long as `body` runs.
    ///
    /// - Parameters:
    ///   - status: What it answers at first.
    ///   - text: What it says besides.
    ///   - body: Runs once it listens.
    /// - Throws: `ListenerError`, or what `body` throws.
    static func run(
        answering status: Int,
        _ text: String = "",
        _ body: @Sendable (ScriptedReceiver) async throws -> Void
    ) async throws {
        let script = Script(status, text)
        let server = try HTTPServer(
            ListenerConfiguration(),
            handler: AsyncRequestHandler(maxBodyBytes: 32 << 20) { script.respond(to: $0) }
        )
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(Self(url: "http://127.0.0.1:\(server.port)/", script: script)))
        } catch {
            result = .failure(error)
        }
        await server.stop(within: .seconds(1))
        try result.get()
    }

    /// Everything that came, in order.
    var arrivals: [Arrival] { script.arrivals }

    /// The notifications that were taken.
    var taken: Set<String> { Set(arrivals.filter { $0.status < 300 }.map(\.id)) }

    /// The notifications that were refused at least once.
    var refused: Set<String> { Set(arrivals.filter { $0.status >= 300 }.map(\.id)) }

    /// Changes what it answers.
    func answer(_ status: Int) { script.answer(status) }
}
