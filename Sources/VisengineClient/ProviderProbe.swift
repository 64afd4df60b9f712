import AsyncHTTPClient
import BaseKit
import NIOHTTP1
import Visengine

/// What one call of the provider's API showed: whether it can be reached, takes our token, and has the same time.
public struct ProviderProbe: Sendable {
    /// Why the call failed; `nil` when it gave the catalogue.
    public var failure: VisengineError?
    /// The number of catalogue items.
    public var items: Int
    /// How far the provider's clock is ahead of ours, to the second; `nil` when no answer had a date.
    public var clockLead: Duration?
    /// From the request to the end of the answer.
    public var roundTrip: Duration
}

extension VisengineAPI {
    /// Reads the catalogue once, without trying again, and reports how that went.
    public func probe() async -> ProviderProbe {
        let begun = transport.environment.monotonic()
        let limit = transport.configuration.timeLimits.reading
        let request = ProviderRequest.read(.catalogue, dialect.paths.catalogue)
        let transport = transport
        let ending = await TimeLimit.run(limit) { await Self.probe(request, transport, within: limit) }
        var probe =
            ending.valueInTime
            ?? ProviderProbe(failure: VisengineError(.catalogue, .network("timed out")), items: 0, roundTrip: .zero)
        probe.roundTrip = transport.environment.monotonic() - begun
        return probe
    }

    private static func probe(
        _ request: ProviderRequest,
        _ transport: ProviderTransport,
        within limit: Duration
    ) async -> ProviderProbe {
        var probe = ProviderProbe(failure: nil, items: 0, roundTrip: .zero)
        do throws(VisengineError) {
            let response = try await transport.send(request, within: limit)
            let now = transport.environment.now()
            probe.clockLead = response.headers.first(name: "date").flatMap { RetryAfter.date($0, now: now) }
                .map { $0 - now }
            let data = try await transport.envelope(of: response, to: request).data
            do throws(CatalogueDecodingError) {
                probe.items = try CatalogueItem.list(json: data ?? nil).count
            } catch {
                throw VisengineError(.catalogue, .unreadable(error.description))
            }
        } catch {
            probe.failure = error
        }
        return probe
    }
}
