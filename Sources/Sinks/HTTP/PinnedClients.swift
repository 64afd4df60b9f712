import AsyncHTTPClient
import Synchronization

/// Clients that each reach one host at one address, whatever the name service says meanwhile.
///
/// A client of its own is the one way to connect to an address that was checked while the certificate and the `Host`
/// header are still of the name. Clients are kept, so that connections are: an address that is no longer used makes
/// room.
final class PinnedClients: Sendable {
    private struct Entry {
        var address: String
        var client: HTTPClient
        var users: Int
    }

    private struct State {
        var entries: [Entry] = []  // Used last, stands last.
        var isClosed = false
    }

    private static let maxIdle = 4

    private let host: String
    private let configuration: HTTPClient.Configuration
    private let state = Mutex(State())

    init(host: String, configuration: HTTPClient.Configuration) {
        self.host = host
        self.configuration = configuration
    }

    // A client must be shut down before it goes; it keeps itself alive while it does that.
    deinit { close() }

    /// Hands out the client for an address while `work` runs; `nil` after ``close()``.
    func with<Value>(address: String, _ work: (HTTPClient) async -> Value) async -> Value? {
        guard let client = acquire(address) else { return nil }
        let value = await work(client)
        release(client)
        return value
    }

    /// Closes all connections; those in use fail.
    func close() {
        let clients = state.withLock { state in
            defer { state.entries = [] }
            state.isClosed = true
            return state.entries.map(\.client)
        }
        clients.forEach(Self.shutDown)
    }

    private func acquire(_ address: String) -> HTTPClient? {
        state.withLock { state in
            guard !state.isClosed else { return nil }
            if let index = state.entries.firstIndex(where: { $0.address == address }) {
                var entry = state.entries.remove(at: index)
                entry.users += 1
                state.entries.append(entry)
                return entry.client
            }
            var configuration = configuration
            if address != host { configuration.dnsOverride = [host: address] }
            let client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
            state.entries.append(Entry(address: address, client: client, users: 1))
            return client
        }
    }

    private func release(_ client: HTTPClient) {
        let idle: HTTPClient? = state.withLock { state in
            guard let index = state.entries.firstIndex(where: { $0.client === client }) else { return nil }
            state.entries[index].users -= 1
            guard state.entries.count > Self.maxIdle, let oldest = state.entries.firstIndex(where: { $0.users == 0 })
            else { return nil }
            return state.entries.remove(at: oldest).client
        }
        idle.map(Self.shutDown)
    }

    private static func shutDown(_ client: HTTPClient) {
        client.shutdown { _ in }  // Nothing is left to do about a client that ends untidily.
    }
}
