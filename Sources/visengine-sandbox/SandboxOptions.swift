public import ArgumentParser
public import VisengineSandbox

/// What the command can be told.
struct SandboxOptions: ParsableArguments {
    enum DocumentKind: String, ExpressibleByArgument, CaseIterable {
        case zip
        case pdf
    }

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port; 0 for any free one.")
    var port: UInt16 = 8090

    @Option(help: "The bearer token that the nine calls need.")
    var token = "sandbox-token"

    @Option(help: "How long an order stays in each state, such as 500ms, 2s or 1m; without it, until told.")
    var step: Span?

    @Option(help: "The length of a document, such as 20000, 64KiB or 256MiB.")
    var documentSize = ByteCount(bytes: 20_000)

    @Option(help: "What a document is: zip (holding a PDF) or pdf.")
    var documentKind = DocumentKind.zip

    @Option(
        help: """
            How JSON callbacks are wrapped: wrapped {"data": …}, bare, envelope, field {FIELD: …}, text \
            {"data": "…"}, or custom {"data": …, "custom": …}.
            """
    )
    var callbackShape = CallbackShape.wrapped

    @Option(help: "How many times more each callback is sent.")
    var duplicates = 0

    @Flag(help: "Send each order's callbacks last one first.")
    var reverse = false

    @Option(help: "How long each callback is held back.")
    var delay: Span?

    @Option(
        name: .customLong("quirk"),
        help: """
            Write something in another way than documented; may be given several times. One of \
            \(SandboxQuirk.allCases.map(\.rawValue).joined(separator: ", ")).
            """
    )
    var quirks: [SandboxQuirk] = []

    @Flag(help: "Send no callbacks.")
    var silent = false

    @Option(help: "What is in the wallet, in whole euro.")
    var credit: UInt32 = 10_000

    @Flag(help: "Let every order begin at \"In ricerca\".")
    var startInSearch = false

    func configuration() throws -> SandboxConfiguration {
        guard (0...1000).contains(duplicates) else { throw ValidationError("--duplicates has to be from 0 to 1000.") }
        guard (0...(2 << 30)).contains(documentSize.bytes) else {
            throw ValidationError("--document-size has to be 2GiB at most.")
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
        configuration.token = token
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
