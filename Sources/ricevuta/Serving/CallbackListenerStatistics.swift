import AdminEndpoints
import BaseKit
import HTTPListener
import RicevutaConfiguration
import Synchronization

/// The listener for callbacks, for parts that ask for its statistics before it has started.
final class CallbackListenerStatistics: Sendable {
    private let listener = Mutex<HTTPServer?>(nil)
    private let certificates = Mutex<CertificateService?>(nil)

    func set(_ listener: HTTPServer) { self.listener.withLock { $0 = listener } }

    func set(_ certificates: CertificateService) { self.certificates.withLock { $0 = certificates } }

    /// When its certificate expires; `nil` without TLS.
    var certificateExpiry: Timestamp? { certificates.withLock { $0 }?.certificateExpiry }

    /// Nothing before it listens.
    var statistics: ListenerStatistics? { listener.withLock { $0 }?.statistics }
}

extension Configuration.Admin {
    /// The host names that the admin listener answers to.
    var hosts: AdminHosts {
        AdminHosts(names: hostNames + [host], addresses: [publicURL].compactMap(\.self))
    }
}
