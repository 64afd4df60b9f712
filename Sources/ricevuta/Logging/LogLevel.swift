import Logging
import Synchronization

/// The least level that is logged, shared by every logger of the process, so that a reload can change it.
final class LogLevel: Sendable {
    private let level: Mutex<Logger.Level>

    init(_ name: String) { level = Mutex(Logger.Level(rawValue: name) ?? .info) }

    /// The level in force.
    var value: Logger.Level { level.withLock { $0 } }

    /// Changes it.
    func set(_ name: String) { level.withLock { $0 = Logger.Level(rawValue: name) ?? .info } }
}
