public import ArgumentParser
import Foundation
public import VisengineSandbox

/// The options of the command.
struct SandboxOptions: ParsableArguments {
    enum DocumentKind: String, ExpressibleByArgument, CaseIterable {
        case zip
        case pdf
    }

    @Option(help: "Address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "Port; 0 picks a free one.")
    var port: UInt16 = 8090

    @Option(help: "Bearer token that API calls must send. Default: $VISENGINE_SANDBOX_TOKEN, or else sandbox-token.")
    var token: String?

    @Option(help: "How long an order stays in each state, such as 500ms or 2s. Default: until POST /sandbox/advance.")
    var step: Span?

    @Option(help: "Document size, such as 20000, 64KiB or 256MiB.")
    var documentSize = ByteCount(bytes: 20_000)

    @Option(help: "Document type: zip (containing a PDF) or pdf.")
    var documentKind = DocumentKind.zip

    @Option(
        help: """
            How JSON callbacks are wrapped: wrapped {"data": …}, bare, envelope, field {FIELD: …}, text \
            {"data": "…"}, or custom {"data": …, "custom": …}.
            """
    )
    var callbackShape = CallbackShape.wrapped

    @Option(help: "Number of duplicates to send of each callback.")
    var duplicates = 0

    @Flag(help: "Send each order's callbacks in reverse order.")
    var reverse = false

    @Option(help: "Delay of each callback.")
    var delay: Span?

    @Option(
        name: .customLong("quirk"),
        help: """
            Deviate from the documented format; repeatable. One of \
            \(SandboxQuirk.allCases.map(\.rawValue).joined(separator: ", ")).
            """
    )
    var quirks: [SandboxQuirk] = []

    @Flag(help: "Do not send callbacks.")
    var silent = false

    @Option(help: "Wallet credit in whole euros.")
    var credit: UInt32 = 10_000

    @Flag(help: "Start every order in state \"In ricerca\".")
    var startInSearch = false

    @Flag(inversion: .prefixedNo, help: "Log each request and callback on standard error. Default: in a terminal.")
    var log: Bool?

    @Flag(help: "Stop when standard input ends, as it does when the program that started this one has ended.")
    var stopWithInput = false

    func configuration() throws -> SandboxConfiguration {
        guard (0...1000).contains(duplicates) else { throw ValidationError("--duplicates must be from 0 to 1000.") }
        guard (0...(2 << 30)).contains(documentSize.bytes) else {
            throw ValidationError("--document-size must be at most 2GiB.")
        }
        var faults = SandboxFaults()
        faults.duplicates = duplicates
        faults.reversesCallbacks = reverse
        faults.callbackDelay = delay?.duration ?? .zero
        faults.sendsNoCallbacks = silent
        faults.quirks = Set(quirks)
        var configuration = SandboxConfiguration()
        configuration.host = host
        configuration.port = port
        configuration.token =
            token ?? ProcessInfo.processInfo.environment["VISENGINE_SANDBOX_TOKEN"] ?? configuration.token
        configuration.step = step?.duration
        configuration.isZipped = documentKind == .zip
        configuration.documentBytes = documentSize.bytes
        configuration.callbackShape = callbackShape
        configuration.startsInSearch = startInSearch
        configuration.setCredit(euro: credit)
        configuration.faults = faults
        return configuration
    }
}

extension CallbackShape: ExpressibleByArgument {}
extension SandboxQuirk: ExpressibleByArgument {}
