import FoundationEssentials
public import Visengine

/// How a sandbox behaves.
public struct SandboxConfiguration: Sendable {
    /// The address to listen on.
    public var host: String
    /// The port; 0 for any free one.
    public var port: UInt16
    /// The bearer token that the nine calls need.
    public var token: String
    /// How long an order stays in each state; `nil`: until the control API moves it on.
    public var step: Duration?
    /// Whether documents are zip archives that hold a PDF, as the provider sends them, or bare PDFs.
    public var isZipped: Bool
    /// The length of a document in bytes; the shortest possible one is about 1 KiB.
    public var documentBytes: Int
    /// How JSON callbacks are wrapped.
    public var callbackShape: CallbackShape
    /// What is in the wallet at the start.
    public var credit: Price
    /// Whether every order begins at `In ricerca`, which the provider leaves at once where there is no search.
    public var startsInSearch: Bool
    /// How long a callback may take.
    public var callbackTimeLimit: Duration
    /// What goes wrong from the start.
    public var faults: SandboxFaults
    /// The clock, in Unix seconds.
    public var now: @Sendable () -> Int64
    /// Gets a line for each request and each callback, without tokens and bodies.
    public var log: (@Sendable (String) -> Void)?

    /// Creates a configuration.
    ///
    /// Each parameter is the property of its name; documents are cut to 2 GiB.
    public init(
        host: String = "127.0.0.1",
        port: UInt16 = 0,
        token: String = "sandbox-token",
        step: Duration? = nil,
        isZipped: Bool = true,
        documentBytes: Int = 20_000,
        callbackShape: CallbackShape = .wrapped,
        credit: Price = Price(thousandths: 10_000_000),
        startsInSearch: Bool = false,
        callbackTimeLimit: Duration = .seconds(30),
        faults: SandboxFaults = SandboxFaults(),
        now: @escaping @Sendable () -> Int64 = SandboxConfiguration.systemTime,
        log: (@Sendable (String) -> Void)? = nil
    ) {
        self.host = host
        self.port = port
        self.token = token
        self.step = step
        self.isZipped = isZipped
        self.documentBytes = min(max(0, documentBytes), 2 << 30)
        self.callbackShape = callbackShape
        self.credit = credit
        self.startsInSearch = startsInSearch
        self.callbackTimeLimit = callbackTimeLimit
        self.faults = faults
        self.now = now
        self.log = log
    }

    /// The system's clock, in Unix seconds.
    public static let systemTime: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }

    func document(of order: String) -> SandboxDocument {
        SandboxDocument(order: order, kind: isZipped ? .zip : .pdf, size: documentBytes)
    }
}

extension SandboxConfiguration {
    /// Sets what is in the wallet at the start, in whole euro.
    public mutating func setCredit(euro: UInt32) { credit = Price(thousandths: Int64(euro) * 1000) }
}
