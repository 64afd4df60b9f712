import AsyncHTTPClient
import BaseKit
import HTTPListener
import NIOCore
import RicevutaConfiguration
import RicevutaCore
import VisengineClient

/// Tries whatever a running service needs of others: the provider, each sink, the address that callbacks come to.
///
/// Nothing is ordered, delivered or changed.
struct ConnectionChecks: Sendable {
    private let configuration: Configuration
    private let http: HTTPClient

    /// A person waits for it.
    private static let timeLimit = Duration.seconds(10)

    /// How far two clocks may be apart: signatures of notifications tolerate five minutes.
    private static let clockTolerance = Duration.seconds(60)

    /// Tries everything side by side.
    ///
    /// - Throws: `SettingProblem`.
    static func run(_ configuration: Configuration) async throws -> [Check] {
        let http = HTTPClient(
            eventLoopGroup: HTTPClient.defaultEventLoopGroup,
            configuration: configuration.provider.clientConfiguration.httpClientConfiguration
        )
        let checks = ConnectionChecks(configuration: configuration, http: http)
        let result: Result<[Check], any Error>
        do { result = .success(try await checks.all()) } catch { result = .failure(error) }
        try? await http.shutdown()  // Nothing is in flight any more.
        return try result.get()
    }

    private func all() async throws -> [Check] {
        async let provider = provider()
        async let address = publicAddress()
        let sinks = try await SinkChecks.run(configuration).findings.map(\.check)
        return await provider + [address] + [certificate()].compactMap(\.self) + sinks
    }

    // MARK: The provider

    private func provider() async -> [Check] {
        let url = configuration.provider.baseURL
        let probe = await configuration.provider.client(http).probe()
        let clock = Self.clock(probe.clockLead)
        guard let failure = probe.failure else {
            return [
                Check("provider", .ok, "\(url) answered in \(Self.milliseconds(probe.roundTrip)) ms"),
                Check("token", .ok, "accepted; \(probe.items) items in the catalogue"), clock,
            ]
        }
        switch failure.status {
        case 401, 403:
            return [
                Check("provider", .ok, "\(url) answered in \(Self.milliseconds(probe.roundTrip)) ms"),
                Check(
                    "token",
                    .failed,
                    "\(failure)",
                    cure: "get a token with the required scopes from the provider, and set provider.token"
                ),
                clock,
            ]
        default:
            return [
                Check(
                    "provider",
                    .failed,
                    "\(url): \(failure)",
                    cure: failure.status == nil
                        ? "check provider.baseURL, the network, and any firewall on the way" : "try again later"
                ),
                Check("token", .skipped, "not tried: the provider did not answer"), clock,
            ]
        }
    }

    /// What it means that the provider's clock is so far ahead; `nil` where that is not known.
    static func clock(_ lead: Duration?) -> Check {
        guard let lead else { return Check("clock", .skipped, "not compared: the provider sent no time") }
        let apart = abs(lead.components.seconds)
        guard lead >= .zero - clockTolerance, lead <= clockTolerance else {
            return Check(
                "clock",
                .failed,
                "\(apart) s \(lead > .zero ? "behind" : "ahead of") the provider's",
                cure: "synchronise this machine's clock, for example with systemd-timesyncd or chrony"
            )
        }
        return Check("clock", .ok, apart <= 1 ? "as the provider's" : "\(apart) s apart from the provider's")
    }

    // MARK: Callbacks

    private func publicAddress() async -> Check {
        let name = "public address"
        guard let url = configuration.listener.publicURL else {
            return Check(
                name,
                .warning,
                "listener.publicURL is not set: no order can be placed and no token minted",
                cure: "set it to the URL at which the provider reaches the listener"
            )
        }
        let host = WebAddress.host(of: url)
        if AddressRange.bytes(of: host) == nil {
            let resolver = HostResolver.system(on: BlockingThreads(name: "resolver", limit: 1))
            if case .failure(let failure) = await resolver.resolve(host, Self.timeLimit) {
                let reason =
                    switch failure {
                    case .notFound(let reason): reason
                    case .timedOut: "timed out"
                    }
                return Check(
                    name,
                    .failed,
                    "cannot resolve \(host): \(reason)",
                    cure: "add the name to the DNS, or correct listener.publicURL"
                )
            }
        }
        switch await status(url + (configuration.listener.healthPath ?? CallbackPath.root)) {
        case .success(let status) where [502, 503, 504].contains(status):
            return Check(
                name,
                .failed,
                "\(url) answers \(status): what stands before the listener does not reach it",
                cure: "check that `ricevuta serve` runs, and the address that the proxy forwards to"
            )
        case .success(let status): return Check(name, .ok, "\(url) answers (\(status))")
        case .failure(let failure):
            if await !isServing() {
                return Check(name, .skipped, "\(url) does not answer, but `ricevuta serve` does not run either")
            }
            return Check(
                name,
                .failed,
                "\(url) does not answer: \(failure.reason)",
                cure: "check that firewall, proxy and port forwarding lead to the listener"
            )
        }
    }

    /// Whether the admin listener answers.
    private func isServing() async -> Bool {
        guard configuration.admin.port != 0 else { return false }
        if case .success = await status(configuration.admin.url(port: configuration.admin.port) + "/healthz") {
            return true
        }
        return false
    }

    private func status(_ url: String) async -> Result<Int, ConnectionProblem> {
        await ConnectionProblem.status(of: url, http, within: Self.timeLimit)
    }

    /// The certificate that the listener shows; `nil` without TLS.
    private func certificate() -> Check? {
        guard let tls = configuration.listener.tls else { return nil }
        do throws(ListenerError) {
            let expiry = CertificateExpiry(try tls.files.examined(), now: .now())
            guard let problem = expiry.problem else {
                return Check("certificate", .ok, "valid until \(expiry.lastDay)")
            }
            return Check("certificate", expiry.isValid ? .warning : .failed, problem)
        } catch {
            return Check("certificate", .failed, "\(error)")
        }
    }

    private static func milliseconds(_ duration: Duration) -> Int64 {
        duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
    }
}

extension SinkChecks.Finding {
    /// The same as one of the checks.
    var check: Check {
        let name = "sink \(sink)"
        switch result {
        case .success(let limitations):
            return limitations.isEmpty
                ? Check(name, .ok, "can be delivered to")
                : Check(name, .warning, limitations.joined(separator: "; "))
        case .failure(.unreachable(let reason)):
            return Check(name, .failed, reason, cure: "deliveries are retried meanwhile; check that the receiver runs")
        case .failure(.unusable(let reason)):
            return Check(name, .failed, reason, cure: "correct the sink, then `ricevuta sink test \(sink)`")
        }
    }
}
