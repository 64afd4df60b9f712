import RicevutaConfiguration
import Synchronization

/// Where the admin listener is reached, as far as others ask for it before it listens: its port may be the system's
/// choice.
final class AdminAddress: Sendable {
    private let configuration: Configuration.Admin
    private let port = Mutex<UInt16>(0)

    init(_ configuration: Configuration.Admin) { self.configuration = configuration }

    /// Says on which port it listens.
    func set(port: UInt16) { self.port.withLock { $0 = port } }

    /// The public address where there is one, else that of the listener itself.
    var base: String { configuration.publicURL ?? configuration.url(port: port.withLock { $0 }) }
}
