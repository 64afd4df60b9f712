import BaseKit

/// The sockets that the service manager holds for us, by what they are for.
struct ActivationSockets: Sendable, Equatable {
    /// Where callbacks arrive.
    var callbacks: Int32?
    /// Where operators look.
    var admin: Int32?

    /// Sorts them by their names: `callbacks`, `admin`; a single one without a name of these is for callbacks.
    ///
    /// - Throws: ``Failure`` when it is not clear which is for what.
    init(_ manager: ServiceManager) throws(Failure) {
        let sockets = manager.sockets
        if sockets.count == 1, sockets[0].name != "admin" {
            callbacks = sockets[0].descriptor
            return
        }
        for socket in sockets {
            switch socket.name {
            case "callbacks" where callbacks == nil: callbacks = socket.descriptor
            case "admin" where admin == nil: admin = socket.descriptor
            default: throw Failure(name: socket.name)
            }
        }
    }

    /// A socket that nothing is known to be for.
    struct Failure: Error, CustomStringConvertible {
        var name: String

        /// What to do about it.
        var description: String {
            """
            unexpected socket '\(name)' from socket activation: name the sockets with \
            FileDescriptorName=callbacks and FileDescriptorName=admin, one each
            """
        }
    }
}
