import AsyncHTTPClient
import BaseKit
import NIOCore
import NIOHTTP1
import Visengine

/// Makes calls: waits its turn, sends, reads the answer, tries again where that does no harm.
struct ProviderTransport: Sendable {
    let configuration: VisengineAPIConfiguration
    let http: HTTPClient
    let token: @Sendable () async -> String
    let environment: ClientEnvironment
    let gate: CallGate

    /// Makes a call whose answer is an envelope, and gives its `data`, which is `null` when absent.
    func data(_ request: ProviderRequest) async throws(VisengineError) -> JSONValue {
        let limit = request.method == .GET ? configuration.timeLimits.reading : configuration.timeLimits.changing
        return try await repeating(request) {
            let ending = await TimeLimit.run(limit) { await envelope(request, within: limit) }
            switch ending.valueInTime {
            case .success(let envelope): return .done(envelope.data ?? nil)
            case .failure(let error): return .failed(error)
            case nil: return .failed(silence(request, after: limit))
            }
        }
    }

    /// Attempts until one succeeds, or none is left, or another would not be safe.
    ///
    /// - Throws: ``VisengineError`` that names what was called.
    func repeating<Value: Sendable>(
        _ request: ProviderRequest,
        _ attempt: () async -> Attempt<Value>
    ) async throws(VisengineError) -> Value {
        do throws(VisengineError) {
            return try await attemptRepeatedly(request.call, attempt)
        } catch {
            var error = error
            error.url = configuration.baseURL + request.path.prefix { $0 != "?" }
            throw error
        }
    }

    private func attemptRepeatedly<Value: Sendable>(
        _ call: VisengineCall,
        _ attempt: () async -> Attempt<Value>
    ) async throws(VisengineError) -> Value {
        var number = 1
        while true {
            let error: VisengineError
            switch try await admitted(call, attempt) {
            case .done(let value): return value
            case .failed(let failure, isFinal: true): throw failure
            case .failed(let failure, isFinal: false): error = failure
            }
            guard error.allowsAnotherAttempt,
                let delay = configuration.retry.delay(
                    afterAttempt: number,
                    retryAfter: error.retryAfter,
                    random: environment.random()
                )
            else { throw error }
            do throws(CancellationError) {
                try await environment.sleep(delay)
            } catch {
                throw VisengineError(call, .cancelled)
            }
            number += 1
        }
    }

    private func admitted<Value: Sendable>(
        _ call: VisengineCall,
        _ attempt: () async -> Attempt<Value>
    ) async throws(VisengineError) -> Attempt<Value> {
        let admission: CircuitBreaker.Admission
        do throws(CancellationError) { admission = try await gate.enter(call) } catch {
            throw VisengineError(call, .cancelled)
        }
        if case .refused(let retryAfter) = admission {
            throw VisengineError(call, .circuitOpen(after: gate.lastFailure(of: call)), retryAfter: retryAfter)
        }
        let start = environment.monotonic()
        let outcome = await attempt()
        let duration = environment.monotonic() - start
        switch outcome {
        case .done:
            gate.record(.answered, of: call)
            configuration.observe(CallReport(call: call, outcome: "ok", duration: duration))
        case .failed(let error, _):
            gate.record(error.circuitOutcome, of: call, reason: error.reason)
            configuration.observe(CallReport(call: call, outcome: error.name, duration: duration))
        }
        return outcome
    }

    /// Sends a request; the answer's head is there when this returns.
    func send(
        _ request: ProviderRequest,
        within limit: Duration
    ) async throws(VisengineError) -> HTTPClientResponse {
        var outgoing = HTTPClientRequest(url: configuration.baseURL + request.path)
        outgoing.method = request.method
        outgoing.headers = [
            "authorization": "Bearer " + (await token()), "accept": "application/json", "user-agent": "ricevuta",
        ]
        if let body = request.body {
            outgoing.headers.add(name: "content-type", value: "application/json")
            outgoing.body = .bytes(body)
        }
        let response: HTTPClientResponse
        do {
            response = try await http.execute(outgoing, deadline: .now() + TimeAmount(limit))
        } catch {
            throw ConnectionFailure.classify(error, of: request)
        }
        // A client that was made to follow redirects did; what came back is not the provider's.
        guard response.history.count <= 1 else { throw VisengineError(request.call, .refused(status: 302)) }
        return response
    }

    private func envelope(
        _ request: ProviderRequest,
        within limit: Duration
    ) async -> Result<Envelope, VisengineError> {
        do throws(VisengineError) {
            let response = try await send(request, within: limit)
            return .success(try await envelope(of: response, to: request))
        } catch {
            return .failure(error)
        }
    }

    /// Reads an answer's envelope.
    ///
    /// - Throws: ``VisengineError`` also for an envelope that reports a failure.
    func envelope(
        of response: HTTPClientResponse,
        to request: ProviderRequest
    ) async throws(VisengineError) -> Envelope {
        let answer = ProviderAnswer(
            status: Int(response.status.code),
            retryAfter: response.headers.first(name: "retry-after")
                .flatMap { RetryAfter.duration($0, now: environment.now()) },
            body: try await body(of: response, to: request)
        )
        return try answer.envelope(for: request, errors: configuration.dialect.errors)
    }

    private func body(
        of response: HTTPClientResponse,
        to request: ProviderRequest
    ) async throws(VisengineError) -> [UInt8] {
        do {
            return Array(buffer: try await response.body.collect(upTo: configuration.maxAnswerBytes))
        } catch is NIOTooManyBytesError {
            let reason = "larger than \(configuration.maxAnswerBytes) bytes"
            throw VisengineError(request.call, .unreadable(reason), mayHaveSucceeded: !request.isRepeatable)
        } catch {
            throw ConnectionFailure.classify(error, of: request)
        }
    }

    private func silence(_ request: ProviderRequest, after limit: Duration) -> VisengineError {
        if Task.isCancelled {
            return VisengineError(request.call, .cancelled, mayHaveSucceeded: !request.isRepeatable)
        }
        return VisengineError(
            request.call,
            .network("timed out after \(limit)"),
            mayHaveSucceeded: !request.isRepeatable
        )
    }
}
