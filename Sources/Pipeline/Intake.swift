public import BaseKit
public import Logging
public import RicevutaCore
import Synchronization
import Visengine

/// Takes callbacks in: admission before the body, then the decoder, then the journal.
///
/// Runs on listener threads: it never blocks, awaits or touches the disk.
public final class Intake: Sendable {
    private let journal: any CallbackJournaling
    private let provider: ProviderID
    private let keys: CallbackTokenKeys
    private let policy: SourcePolicy
    private let now: @Sendable () -> Timestamp
    private let limits: IntakeLimits
    private let memory: IntakeMemory
    /// The second in which undecodable bodies were logged last, and how many of them.
    private let told = Mutex<(second: Int64, count: Int)>((0, 0))
    private let meters = IntakeMeters()
    /// What has been taken since the last ``flush()``.
    private let taken = Mutex<[RecordEntry]>([])
    /// The last callback's address as text: most come from one.
    private let lastOrigin = Mutex<(bytes: [UInt8], text: String)>(([], ""))
    /// Whether a proxy's missing or invalid header has been logged.
    private let hasWarnedOfProxy = Atomic(false)
    private let logger: Logger

    /// Creates an intake.
    ///
    /// - Parameters:
    ///   - journal: Makes callbacks durable.
    ///   - provider: Whose callbacks arrive here.
    ///   - keys: Check the tokens.
    ///   - policy: Whom callbacks are taken from.
    ///   - memory: What is remembered of those who send.
    ///   - limits: How much is kept of bodies.
    ///   - now: The clock.
    ///   - logger: Gets a line for each refusal, never a token.
    public init(
        journal: any CallbackJournaling,
        provider: ProviderID,
        keys: CallbackTokenKeys,
        policy: SourcePolicy,
        memory: IntakeMemory = IntakeMemory(),
        limits: IntakeLimits = IntakeLimits(),
        now: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        self.journal = journal
        self.provider = provider
        self.keys = keys
        self.policy = policy
        self.limits = limits
        self.memory = memory
        self.now = now
        self.logger = logger
    }

    /// Decides on a request's head, before its body is read.
    ///
    /// - Parameters:
    ///   - place: The token's part of the path (``CallbackPath/token(in:)``); empty when the token is
    ///     somewhere else.
    ///   - peer: The connection's address, 4 or 16 bytes.
    ///   - forwardedFor: The values of the header in which trusted proxies say whom they speak for.
    ///   - query: What follows the target's `?`, undecoded.
    ///   - authorization: The values of `Authorization`.
    ///   - certificate: The SHA-256 of the client's certificate, if the listener's authorities vouch for it.
    /// - Returns: Whether to read the body.
    public func admit(
        token place: Substring,
        peer: [UInt8],
        forwardedFor: [String],
        query: String? = nil,
        authorization: [String] = [],
        certificate: String? = nil
    ) -> Admission {
        let source = policy.origin(peer: peer, forwarded: forwardedFor)
        if source.isUnreadable { warnOfProxy(source) }
        let origin = source.address
        guard policy.allows(origin) else {
            return refuse(.networkNotAllowed, .network, from: origin)
        }
        guard policy.certificates.allow(certificate) else {
            return refuse(.certificateNotAllowed, .certificate, from: origin)
        }
        let time = now()
        // A proxy's own address stands for all that come through it.
        let wait = source.isProxy ? nil : memory.limiter.withLock { $0.wait(for: origin, now: time) }
        let tooMany = wait.map { Admission.tooManyFailures(retryAfter: $0) }
        if let credentials = policy.credentials {
            // Before they are looked at: guessing a password is not free.
            if let tooMany { return refuse(tooMany, .limited, from: origin) }
            guard credentials.allow(authorization) else {
                noteFailure(of: origin, isLimited: !source.isProxy, now: time)
                return refuse(.credentialsNeeded, .credentials, from: origin)
            }
        }
        var shown: Substring? = place
        // An empty one is shown all the same, and is no good: it stands for several, too.
        if shown?.isEmpty == true { shown = policy.token(query: query, authorization: authorization)?[...] }
        guard let text = shown else {
            if let tooMany { return refuse(tooMany, .limited, from: origin) }
            return .admitted(AdmittedCallback(token: nil, origin: source))
        }
        // A good token, which nobody guesses, passes even so: it may have come from behind the address of a guesser.
        guard let token = check(text) ?? CallbackPath.unescaped(text).flatMap({ check($0) }) else {
            if let tooMany { return refuse(tooMany, .limited, from: origin, token: String(text)) }
            noteFailure(of: origin, isLimited: !source.isProxy, now: time)
            return refuse(String(text), from: origin)
        }
        if token.isRetired {
            alarm(.retiredKey, "Callback token signed with a retired key", token: token, origin: origin)
        }
        return .admitted(AdmittedCallback(token: token, origin: source))
    }

    private func noteFailure(of origin: [UInt8], isLimited: Bool, now: Timestamp) {
        if isLimited { memory.limiter.withLock { $0.fail(origin, now: now) } }
    }

    private func warnOfProxy(_ source: SourcePolicy.Origin) {
        guard !hasWarnedOfProxy.exchange(true, ordering: .relaxed) else { return }
        logger.warning(
            "Missing or invalid forwarding header from a trusted proxy; using the proxy's address",
            metadata: [
                "proxy": "\(AddressRange.text(of: source.address))", "header": "\(policy.proxyHeader.rawValue)",
            ]
        )
    }

    /// Takes a callback, to be recorded with the next ``flush()``.
    ///
    /// With a good token it is taken whatever came with it: what is no callback by any rule still causes a read-back,
    /// and is reported. `answer` is called once, from any thread, and gets ``JournalOutcome/accepted(number:)`` or
    /// ``JournalOutcome/duplicate(of:)`` only after the journal's sync.
    ///
    /// - Parameters:
    ///   - admitted: What ``admit(token:peer:forwardedFor:query:authorization:certificate:)`` let in.
    ///   - body: The body as it arrived.
    ///   - contentType: `Content-Type` as it arrived.
    ///   - coding: The values of `Content-Encoding`; only with a token in the head.
    ///   - isCut: Whether the body was longer than is read, and this is its beginning; as above.
    ///   - trace: The trace that its sender has put it into.
    ///   - answer: Gets what became of it.
    public func take(
        _ admitted: AdmittedCallback,
        body: [UInt8],
        contentType: String?,
        coding: String? = nil,
        isCut: Bool = false,
        trace: TraceParent? = nil,
        answer: @escaping @Sendable (IntakeAnswer) -> Void
    ) {
        // Before anything is spent on it: what is refused must not slow down what is taken.
        if let retryAfter = journal.shortage(besides: taken.withLock(\.count)) {
            meters.count(.overloaded(retryAfter: retryAfter))
            return answer(.journal(.overloaded(retryAfter: retryAfter)))
        }
        var content = BodyContent(bytes: body, contentType: contentType)
        if admitted.hasToken {
            content.read(coding: coding, isCut: isCut, limit: limits.maxBodyBytes)
        } else {
            content.readStrictly()
        }

        var token = admitted.token
        if case .token(let text) = content.claim.echo, let echoed = check(text) {
            if let token, token.nonce != echoed.nonce {
                alarm(.tokensDiffer, "Callback carries two different tokens", token: token, origin: admitted.origin)
            }
            token = token ?? echoed
        }
        guard token != nil || !policy.requiresToken else {
            noteFailure(of: admitted.origin, isLimited: admitted.isLimited, now: now())
            var shown = ""
            if case .token(let text) = content.claim.echo { shown = text }
            _ = refuse(shown, from: admitted.origin)
            return answer(.unauthorized)
        }
        // A good token alone is worth a read-back, whatever came with it; without one, there has to be an order's id.
        guard token != nil || (content.problem == nil && content.claim.orderID != nil) else {
            meters.countUndecodable()
            return answer(.undecodable)
        }
        if let token, content.bytes.count > BodyAllowance.freeBytes {
            let isAllowed = memory.withAllowance(bytesPerHour: limits.bodyBytesPerOrder) {
                $0.take(content.bytes.count, of: token.nonce, now: now())
            }
            if !isAllowed { content.keepClaimOnly() }
        }
        let isUndecodable = content.isUndecodable
        if isUndecodable { report(content, token: token, origin: admitted.origin) }

        let callback = ReceivedCallback(
            provider: provider,
            nonce: token?.nonce,
            keyID: token?.keyID,
            isRetiredKey: token?.isRetired ?? false,
            claim: content.claim,
            decodingProblem: content.problem,
            body: content.bytes,
            contentType: content.contentType,
            peer: text(of: admitted.origin),
            receivedAt: now(),
            trace: trace
        )
        let start = ContinuousClock.now
        let entry = RecordEntry(callback) { [meters, logger] outcome in
            meters.count(outcome, isUndecodable: isUndecodable)
            meters.answered(since: start)
            if logger.logLevel <= .debug { Self.log(outcome, of: callback, to: logger) }
            answer(.journal(outcome))
        }
        taken.withLock { $0.append(entry) }
    }

    /// Hands over what has been taken: the more go at once, the cheaper is each.
    public func flush() {
        var entries: [RecordEntry] = []
        taken.withLock { swap(&$0, &entries) }
        guard !entries.isEmpty else { return }
        journal.record(entries)
        meters.took(at: now())
    }

    private func text(of origin: [UInt8]) -> String {
        lastOrigin.withLock { last in
            if last.bytes != origin { last = (origin, AddressRange.text(of: origin)) }
            return last.text
        }
    }

    private func check(_ text: some StringProtocol) -> VerifiedToken? {
        switch keys.check(text) {
        case .valid(let nonce, let keyID): VerifiedToken(nonce: nonce, keyID: keyID, isRetired: false)
        case .retired(let nonce, let keyID): VerifiedToken(nonce: nonce, keyID: keyID, isRetired: true)
        case .invalid: nil
        }
    }

    /// Refuses a token: each is counted, and a line a minute says why.
    private func refuse(_ text: String, from origin: [UInt8]) -> Admission {
        var fault = keys.fault(of: text)
        if fault == .malformed, let plain = CallbackPath.unescaped(text[...]) { fault = keys.fault(of: plain) }
        Alarms.count(.badToken)
        if let heldBack = memory.refusedTokens.next(fault.cause, at: now()) {
            var metadata: Logger.Metadata = [
                "reason": "\(fault.cause.rawValue)", "peer": "\(AddressRange.text(of: origin))",
                "held.back": .stringConvertible(heldBack),
            ]
            // A key's id is not secret, and says what is missing from the configuration.
            if let keyID = fault.keyID { metadata["token.key"] = "\(keyID)" }
            if !text.isEmpty { metadata["token.fingerprint"] = "\(CallbackTokenKeys.fingerprint(of: text))" }
            Alarms.write(.badToken, Self.sentence(fault), metadata, to: logger)
        }
        return refuse(.unauthorized, fault.cause == .unknownKey ? .unknownKey : .badToken, from: origin, token: text)
    }

    private static func sentence(_ fault: TokenFault) -> Logger.Message {
        switch fault {
        case .missing: "Callback refused: it has no token"
        case .malformed: "Callback refused: what it has for a token is none"
        case .unknownKey(let id): "Callback refused: its token is signed with key \(id), which is not configured"
        case .wrongSignature: "Callback refused: its token's signature is wrong"
        }
    }

    private func refuse(
        _ admission: Admission,
        _ reason: IntakeMeters.Refusal,
        from origin: [UInt8],
        token: String? = nil
    ) -> Admission {
        meters.refused(reason)
        logger.debug(
            "Callback rejected",
            metadata: [
                "reason": "\(reason.rawValue)", "peer": "\(AddressRange.text(of: origin))",
                "token.fingerprint": "\(token.map(CallbackTokenKeys.fingerprint) ?? "-")",
            ]
        )
        return admission
    }

    private func alarm(_ kind: AlarmKind, _ message: Logger.Message, token: VerifiedToken, origin: [UInt8]) {
        Alarms.raise(
            kind,
            message,
            [
                // The nonce finds the order, and is no secret without its signature.
                "token.key": "\(token.keyID)", "order.nonce": "\(token.nonce)",
                "peer": "\(AddressRange.text(of: origin))",
            ],
            to: logger
        )
    }

    /// The most log lines a second.
    private static let maxLogLines = 10

    /// Nobody but an operator can find out what such a body should have said.
    private func report(_ content: BodyContent, token: VerifiedToken?, origin: [UInt8]) {
        Alarms.count(.undecodable)
        // Each is counted, and shown with its order; a flood of them is to leave the log readable.
        let isTold = told.withLock { told in
            let second = now().seconds
            told = (second, told.second == second ? told.count + 1 : 1)
            return told.count <= Self.maxLogLines
        }
        guard isTold else { return }
        logger.warning(
            "Undecodable callback; reading or searching for its order anyway",
            metadata: [
                "alarm": "\(AlarmKind.undecodable.rawValue)", "problem": "\(content.problem ?? "-")",
                "content.type": "\(content.mediaType)", "body.bytes": .stringConvertible(content.bytes.count),
                "order.nonce": "\(token?.nonce.rawValue ?? "-")", "peer": "\(AddressRange.text(of: origin))",
            ]
        )
    }

    private static func log(_ outcome: JournalOutcome, of callback: ReceivedCallback, to logger: Logger) {
        var metadata: Logger.Metadata = [
            "order.id": "\(callback.claim.orderID?.rawValue ?? "-")", "token.key": "\(callback.keyID ?? "-")",
        ]
        switch outcome {
        case .accepted(let number), .duplicate(let number): metadata["callback.number"] = .stringConvertible(number)
        case .overloaded, .failed, .timedOut: break
        }
        metadata["outcome"] = "\(IntakeMeters.name(of: outcome))"
        logger.debug("Callback accepted", metadata: metadata)
    }
}
