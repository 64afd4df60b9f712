import Foundation

/// Whether a directory can be written to, or made, as far as can be told without changing anything.
package enum DirectoryReach {
    /// Why this user cannot write to a directory, or cannot make it where it is missing.
    ///
    /// Blocks on the disk. What only an attempt would show, such as a full disk, is not found.
    ///
    /// - Parameter path: An absolute path; links are followed.
    /// - Returns: A sentence without a subject, such as "is not a directory"; `nil` when there is no obstacle.
    package static func obstacle(_ path: String) -> String? {
        var place = path
        var isMissing = false
        while true {
            let target = URL(filePath: place).resolvingSymlinksInPath().path
            // What cannot be looked at is either missing or in a directory that is closed, which comes next.
            if let attributes = try? FileManager.default.attributesOfItem(atPath: target) {
                guard attributes[.type] as? FileAttributeType == .typeDirectory else {
                    return isMissing ? "cannot be created: \(place) is not a directory" : "is not a directory"
                }
                // Not even root can make anything there.
                let isVirtual = ["/proc", "/sys"].contains { target == $0 || target.hasPrefix($0 + "/") }
                guard !isVirtual, FileManager.default.isWritableFile(atPath: target),
                    FileManager.default.isExecutableFile(atPath: target)
                else {
                    let problem = "is not writable for this user"
                    return isMissing ? "cannot be created: \(place) \(problem)" : problem
                }
                return nil
            }
            guard place != "/", !place.isEmpty else { return "cannot be created" }
            isMissing = true
            place = DurableFiles.parent(of: place)
        }
    }
}
