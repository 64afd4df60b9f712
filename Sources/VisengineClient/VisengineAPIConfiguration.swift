public import AsyncHTTPClient
import NIOCore
public import Visengine

/// How a client goes about its calls.
public struct VisengineAPIConfiguration: Sendable {
    /// The address of the API, without a slash at its end.
    public var baseURL: String
    /// How the API is spoken.
    public var dialect: ProviderDialect
    /// How long each kind of call may take.
    public var timeLimits: CallTimeLimits
    /// What happens after a failure that may pass.
    public var retry: RetryPolicy
    /// How many calls are made.
    public var rate: CallRate
    /// When to stop calling for a while.
    public var circuit: CircuitBreaker.Settings
    /// The longest answer read, in bytes; documents are streamed and have no such limit.
    public var maxAnswerBytes: Int
    /// Gets a report of each attempt at a call; from any task, so it must not wait.
    public var observe: @Sendable (CallReport) -> Void

    /// Creates a configuration.
    public init(
        baseURL: String = "https://visengine2.altravia.com",
        dialect: ProviderDialect = .visengine(),
        timeLimits: CallTimeLimits = CallTimeLimits(),
        retry: RetryPolicy = RetryPolicy(),
        rate: CallRate = CallRate(),
        circuit: CircuitBreaker.Settings = CircuitBreaker.Settings(),
        maxAnswerBytes: Int = 16 << 20,
        observe: @escaping @Sendable (CallReport) -> Void = { _ in }
    ) {
        self.baseURL = baseURL
        self.dialect = dialect
        self.timeLimits = timeLimits
        self.retry = retry
        self.rate = rate
        self.circuit = circuit
        self.maxAnswerBytes = maxAnswerBytes
        self.observe = observe
    }

    /// What the HTTP client has to be created with: redirects not followed, and one try to connect, so that a call
    /// knows whether anything was sent.
    public var httpClientConfiguration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = TimeAmount(timeLimits.connect)
        configuration.connectionPool.retryConnectionEstablishment = false
        // Shorter than servers keep an idle connection: one that is closed while an order is sent on it leaves the
        // order's fate unknown.
        configuration.connectionPool.idleTimeout = .seconds(4)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 32
        configuration.httpVersion = .http1Only
        return configuration
    }
}

/// How one attempt at a call ended.
public struct CallReport: Sendable, Equatable {
    /// Which call.
    public var call: VisengineCall
    /// `ok`, or ``VisengineError/name``.
    public var outcome: String
    /// From the request to the end of the answer.
    public var duration: Duration

    /// Creates a report.
    public init(call: VisengineCall, outcome: String, duration: Duration) {
        self.call = call
        self.outcome = outcome
        self.duration = duration
    }
}

/// How long each kind of call may take.
public struct CallTimeLimits: Sendable, Equatable {
    /// Connecting, TLS included.
    public var connect: Duration
    /// Reading: from the request to the last byte of the answer.
    public var reading: Duration
    /// Placing and changing, which the provider validates meanwhile.
    public var changing: Duration
    /// A document's silence: no byte of it for so long.
    ///
    /// Its whole time is the caller's to limit.
    public var documentSilence: Duration

    /// Creates limits.
    public init(
        connect: Duration = .seconds(10),
        reading: Duration = .seconds(30),
        changing: Duration = .seconds(60),
        documentSilence: Duration = .seconds(60)
    ) {
        self.connect = connect
        self.reading = reading
        self.changing = changing
        self.documentSilence = documentSilence
    }
}

/// How many calls may be made.
public struct CallRate: Sendable, Equatable {
    /// Calls a second, in the long run.
    public var perSecond: Double
    /// Calls at once after a rest.
    public var burst: Int

    /// Creates a rate; the default is far below the 10,000 a minute that are said of the sister services.
    public init(perSecond: Double = 50, burst: Int = 100) {
        self.perSecond = perSecond
        self.burst = burst
    }
}
