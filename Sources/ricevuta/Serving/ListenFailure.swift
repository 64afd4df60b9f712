import HTTPListener

/// A configured listener that could not start, with the part of the configuration that says where it listens.
struct ListenFailure: Error, CustomStringConvertible {
    /// `listener` or `admin`.
    var section: String
    var error: ListenerError

    /// The key whose value would have to change, and why.
    var description: String {
        switch error {
        case .addressInUse, .notPermitted: "\(section).port: \(error)"
        case .badAddress: "\(section).host: \(error)"
        case .tlsFile: "\(section).tls: \(error)"
        case .startFailed, .libraryTooOld: "\(section): \(error)"
        }
    }

    /// Whether the configuration has to be changed, or only something beside it.
    var isConfiguration: Bool {
        switch error {
        case .badAddress, .tlsFile: true
        case .addressInUse, .notPermitted, .startFailed, .libraryTooOld: false
        }
    }
}
