import ArgumentParser
import BaseKit
import Foundation
import HTTPListener
import Sinks
import Synchronization

/// The command `ricevuta listen`.
struct ListenCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "listen",
        abstract: "Run a test webhook endpoint: print each event and whether its signature is valid.",
        discussion: """
            Answers 204 to events signed with the secret in RICEVUTA_WEBHOOK_SECRET, and 400 to anything else. With \
            --until it exits 0 as soon as a valid event of that type arrives, or 1 on timeout.
            """
    )

    @OptionGroup var output: OutputOption

    @Option(help: "Address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "Port; 0 picks a free one.")
    var port: UInt16 = 8091

    @Option(help: "The environment variable with the secret.")
    var secretVariable = "RICEVUTA_WEBHOOK_SECRET"

    @Option(help: "Exit after a valid event of this type, such as document.available.")
    var until: String?

    @Option(help: "How many seconds --until waits before it times out.")
    var timeout: Double = 60

    func perform() async throws {
        guard let secret = ProcessInfo.processInfo.environment[secretVariable].flatMap({ WebhookSecret($0) }) else {
            throw CommandFailure(
                .configuration,
                "\(secretVariable) is not a secret of the form whsec_ + base64; `ricevuta secret` creates one"
            )
        }
        let (found, continuation) = AsyncStream.makeStream(of: Void.self)
        let signer = WebhookSigner(secret: secret)
        let listener = try HTTPServer(
            ListenerConfiguration(host: host, port: port),
            handler: AsyncRequestHandler(maxBodyBytes: 32 << 20) { [until, isJSON = output.json] request in
                let event = ReceivedEvent(request, signer)
                event.print(asJSON: isJSON)
                if event.problem == nil, event.type == until { continuation.yield() }
                return event.problem == nil ? Response(status: 204) : .problem(400, detail: event.problem)
            }
        )
        Terminal.note("listening on http://\(host):\(listener.port)")
        let arrival: @Sendable () async -> Bool = {
            for await _ in found { return true }
            return false
        }
        let isFound = until == nil ? await arrival() : await TimeLimit.run(.seconds(timeout), arrival).value
        await listener.stop(within: .seconds(1))
        if !isFound { throw CommandFailure(.failed, "timed out: no valid event of that type arrived") }
    }
}

/// One request as a downstream service sees it.
struct ReceivedEvent: Sendable {
    let id: String
    let type: String
    let order: String
    let delivery: String
    let document: String?
    /// Why it is not to be trusted; `nil` when its signature holds.
    let problem: String?

    init(_ request: Request, _ signer: WebhookSigner) {
        let headers = request.head.headers
        var problem: String?
        do throws(WebhookVerificationError) {
            try signer.verify(
                id: headers["webhook-id"],
                timestamp: headers["webhook-timestamp"],
                signature: headers["webhook-signature"],
                body: request.body,
                now: .now()
            )
        } catch {
            problem = error.description
        }
        let event = try? JSONValue(parsing: request.body)  // Reported below.
        if event == nil { problem = problem ?? "the body is not JSON" }
        self.problem = problem
        id = headers["webhook-id"] ?? "-"
        type = event?["type"]?.string ?? "-"
        order = event?["data"]?["order"]?["id"]?.string ?? "-"
        delivery = event?["deliveryid"]?.string ?? "-"
        document = event?["data"]?["document"]?["sha256"]?.string
    }

    func print(asJSON: Bool) {
        if asJSON {
            let json: JSONValue = [
                "time": .string(Timestamp.now().description), "id": .string(id), "type": .string(type),
                "order": .string(order), "delivery": .string(delivery), "document": JSONValue(document),
                "verified": .bool(problem == nil), "problem": JSONValue(problem),
            ]
            return Terminal.print(json: json.encoded())
        }
        let verdict = problem.map { "NOT VERIFIED: \($0)" } ?? "signature valid"
        // On one line, whatever the sender has put into it.
        Terminal.print(TerminalText.escaped("\(Timestamp.now()) \(type) order \(order) id \(id) \(verdict)"))
    }
}
