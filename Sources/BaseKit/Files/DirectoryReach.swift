import Foundation

/// Whether a directory can be written to, or made, as far as can be told without changing anything.
package enum DirectoryReach {
    /// Why this user cannot write to a directory, or cannot make it where it is missing.
    ///
    /// Blocks on the disk. What only an attempt would show, such as a full disk, is not found.
    ///
    /// - Parameter path: An absolute path; links are followed.
    /// - Returns: A sentence without a subject, such as "is not a directory"; `nil` when nothing stands against it.
    package static func obstacle(_ path: String) -> String? {
        var place = URL(filePath: path).standardizedFileURL
        var missing = 0
        while true {
            let target = place.resolvingSymlinksInPath().path(percentEncoded: false)
            let shown = place.path(percentEncoded: false)
            // What cannot be looked at is either missing or in a directory that is closed, which comes next.
            if let attributes = try? FileManager.default.attributesOfItem(atPath: target) {
                guard attributes[.type] as? FileAttributeType == .typeDirectory else {
                    return missing == 0 ? "is not a directory" : "cannot be created: \(shown) is not a directory"
                }
                // Not even root can make anything there.
                let isVirtual = ["/proc", "/sys"].contains { target == $0 || target.hasPrefix($0 + "/") }
                guard !isVirtual, FileManager.default.isWritableFile(atPath: target),
                    FileManager.default.isExecutableFile(atPath: target)
                else {
                    return missing == 0
                        ? "is not writable for this user" : "cannot be created: \(shown) is not writable for this user"
                }
                return nil
            }
            guard shown != "/" else { return "cannot be created" }
            missing += 1
            place.deleteLastPathComponent()
        }
    }
}
