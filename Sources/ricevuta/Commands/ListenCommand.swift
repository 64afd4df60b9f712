import ArgumentParser
import Foundation
import HTTPListener
import Sinks
import Synchronization
import Visengine

/// The command `ricevuta listen`.
struct ListenCommand: RicevutaCommand {
    static let configuration = CommandConfiguration(
        commandName: "listen",
        abstract: "Be a downstream service for local development: print what arrives, and whether its signature holds.",
        discussion: """
            Answers 204 to what is signed with the secret in RICEVUTA_WEBHOOK_SECRET, and 400 to everything else. With
            --until it ends with 0 when a good event of that type has come, and with 1 when the time is over before.
            """
    )

    @OptionGroup var output: OutputOption

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port; 0 lets the system choose one.")
    var port: UInt16 = 8090

    @Option(help: "The environment variable that holds the secret.")
    var secretVariable = "RICEVUTA_WEBHOOK_SECRET"

    @Option(help: "End when a good event of this type has come, such as document.available.")
    var until: String?

    @Option(help: "How many seconds to wait for it at most.")
    var timeout: Double = 60

    func perform() async throws {
        guard let secret = ProcessInfo.processInfo.environment[secretVariable].flatMap({ WebhookSecret($0) }) else {
            throw CommandFailure(
                .configuration,
                "\(secretVariable) holds no secret of the form whsec_ and base64; `ricevuta secret` makes one"
            )
        }
        let (found, continuation) = AsyncStream.makeStream(of: Void.self)
        let signer = WebhookSigner(secret: secret)
        let listener = try HTTPListener(
            ListenerConfiguration(host: host, port: port),
            handler: AsyncRequestHandler(maxBodyBytes: 32 << 20) { [until, isJSON = output.json] request in
                let event = ReceivedEvent(request, signer)
                event.print(asJSON: isJSON)
                if event.problem == nil, event.type == until { continuation.yield() }
                return event.problem == nil ? Response(status: 204) : .problem(400, detail: event.problem)
            }
        )
        Terminal.note("listening on http://\(host):\(listener.port)")
        let isFound = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in found { return true }
                return false
            }
            if until != nil {
                group.addTask { [timeout] in
                    try? await Task.sleep(for: .seconds(timeout))  // Cancelled when it has come.
                    return false
                }
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
        await listener.stop(within: .seconds(1))
        if !isFound { throw CommandFailure(.failed, "no event of that type came in time") }
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
        let event = try? JSONValue(parsing: request.body)  // Told of below.
        if event == nil { problem = problem ?? "the body is no JSON" }
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
        let verdict = problem.map { "NOT VERIFIED: \($0)" } ?? "signature good"
        // On one line, whatever the sender has put into it.
        Terminal.print(TerminalText.escaped("\(Timestamp.now()) \(type) order \(order) id \(id) \(verdict)"))
    }
}
