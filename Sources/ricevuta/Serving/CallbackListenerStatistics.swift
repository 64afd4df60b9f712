import AdminEndpoints
import HTTPListener
import RicevutaConfiguration
import Synchronization

/// The listener for callbacks, as far as others ask about it before it is there.
final class Door: Sendable {
    private let listener = Mutex<HTTPServer?>(nil)

    func set(_ listener: HTTPServer) { self.listener.withLock { $0 = listener } }

    /// Nothing before it listens.
    var statistics: ListenerStatistics? { listener.withLock { $0 }?.statistics }
}

extension Configuration.Admin {
    /// The names that the operators' listener may be asked under.
    var hosts: AdminHosts {
        AdminHosts(names: hostNames + [host], addresses: [publicURL].compactMap(\.self))
    }
}
