import ArgumentParser
import AsyncHTTPClient
import BaseKit
import Foundation
import HTTPListener
import RicevutaCore
import Sinks

/// The command `ricevuta listen`.
struct ListenCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "listen",
        abstract: "Run a test webhook endpoint: print each event and whether its signature is valid.",
        discussion: """
            Answers 204 to events signed with the secret in RICEVUTA_WEBHOOK_SECRET, and 400 to anything else, unless \
            --answer says otherwise. With --forward-to the answer is that of the other endpoint. With --until it exits \
            0 as soon as a valid event of that type arrives, or 1 on timeout.
            """
    )

    @OptionGroup var output: OutputOption

    @Option(help: "Address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "Port; 0 picks a free one.")
    var port: UInt16 = 8091

    @Option(help: "The environment variable with the secret.")
    var secretVariable = "RICEVUTA_WEBHOOK_SECRET"

    @Flag(help: "Print each event's body.")
    var show = false

    @Option(help: "Post each request on to this URL, with its headers, and answer what it answers.")
    var forwardTo: String?

    @Option(help: "Answer every request with this status, such as 500 or 410.")
    var answer: Int?

    @Option(help: "Wait before each answer, such as 500ms or 20s.", transform: Self.duration)
    var delay: Duration?

    @Option(help: "Exit after a valid event of this type, such as document.available.")
    var until: String?

    @Option(help: "How long --until waits, such as 90s or 5m.", transform: Self.duration)
    var timeout = Duration.seconds(60)

    func validate() throws {
        if let answer, !(200...599).contains(answer) { throw ValidationError("--answer must be from 200 to 599.") }
        if answer != nil, forwardTo != nil { throw ValidationError("--answer cannot be used with --forward-to.") }
        if let forwardTo {
            let url = URL(string: forwardTo)
            guard ["http", "https"].contains(url?.scheme ?? ""), url?.host != nil else {
                throw ValidationError("--forward-to must be a URL with http:// or https://.")
            }
        }
    }

    func perform() async throws {
        if let until, NotificationType(rawValue: until) == nil {
            throw CommandFailure(
                .usage,
                unknown: "event type",
                until,
                among: NotificationType.allCases.map(\.rawValue)
            )
        }
        guard let secret = ProcessInfo.processInfo.environment[secretVariable].flatMap({ WebhookSecret($0) }) else {
            throw CommandFailure(
                .secretUnavailable,
                "\(secretVariable) is not a secret of the form whsec_ + base64; `ricevuta secret` creates one"
            )
        }
        let http = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup)
        let result: Result<Void, any Error>
        do { result = .success(try await listen(WebhookSigner(secret: secret), http)) } catch {
            result = .failure(error)
        }
        try? await http.shutdown()  // Nothing is in flight any more.
        try result.get()
    }

    private func listen(_ signer: WebhookSigner, _ http: HTTPClient) async throws {
        let (found, continuation) = AsyncStream.makeStream(of: Void.self)
        let forwarding = forwardTo.map { EventForwarding(url: $0, http: http) }
        let listener = try HTTPServer(
            ListenerConfiguration(host: host, port: port),
            handler: AsyncRequestHandler(maxBodyBytes: 32 << 20) {
                [until, answer, delay, show, isJSON = output.json] request in
                let event = ReceivedEvent(request, signer)
                // One that is broken off ends the wait: the program ends then, too.
                if let delay { try? await Task.sleep(for: delay) }
                let status = await forwarding?.forward(request) ?? answer
                event.print(asJSON: isJSON, withBody: show, status: status)
                if event.problem == nil, event.type == until { continuation.yield() }
                if let status { return Response(status: status) }
                return event.problem == nil ? Response(status: 204) : .problem(400, detail: event.problem)
            }
        )
        Terminal.note("listening on http://\(host):\(listener.port)")
        let arrival: @Sendable () async -> Bool = {
            for await _ in found { return true }
            return false
        }
        let isFound = until == nil ? await arrival() : await TimeLimit.run(timeout, arrival).value
        await listener.stop(within: .seconds(1))
        if !isFound { throw CommandFailure(.eventTimedOut, "timed out: no valid event of that type arrived") }
    }

    /// `90s`, `5m`; a number alone is seconds.
    private static func duration(_ text: String) throws -> Duration {
        if let seconds = Double(text), (0...1_000_000).contains(seconds) { return .seconds(seconds) }
        guard let duration = Quantity.duration(text) else {
            throw ValidationError("'\(text)' is not a duration, such as 500ms, 20s or 5m.")
        }
        return duration
    }
}
