import Foundation
import SystemPackage

/// Why a file operation failed.
public struct FileFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was being done, for example `write`.
    public var operation: String
    /// The path it was done to.
    public var path: String
    /// `errno`, or 0 when the system gave none.
    public var code: Int32
    /// What to say in place of the system's words for ``code``.
    public var reason: String?

    /// Creates a failure.
    public init(operation: String, path: String, code: Int32, reason: String? = nil) {
        self.operation = operation
        self.path = path
        self.code = code
        self.reason = reason
    }

    package init(operation: String, path: String, _ error: any Error) {
        self.init(operation: operation, path: path, code: Self.code(of: error))
    }

    /// Whether there is no room for it on the disk.
    public var isFullDisk: Bool { [ENOSPC, EDQUOT, EFBIG].contains(code) }

    /// One line for an operator.
    public var description: String {
        "cannot \(operation) \(path): " + (reason ?? (code == 0 ? "unknown reason" : "\(Errno(rawValue: code))"))
    }

    private static func code(of error: any Error) -> Int32 {
        if let error = error as? Errno { return error.rawValue }
        let error = error as NSError
        if let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError { return Int32(clamping: underlying.code) }
        if error.domain == NSPOSIXErrorDomain { return Int32(clamping: error.code) }
        guard error.domain == NSCocoaErrorDomain else { return 0 }
        return switch CocoaError.Code(rawValue: error.code) {
        case .fileWriteFileExists: EEXIST
        case .fileNoSuchFile, .fileReadNoSuchFile: ENOENT
        case .fileReadNoPermission, .fileWriteNoPermission: EACCES
        case .fileWriteOutOfSpace: ENOSPC
        case .fileWriteVolumeReadOnly: EROFS
        default: 0
        }
    }
}
