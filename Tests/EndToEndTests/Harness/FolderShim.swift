import Foundation

/// A library, preloaded into the receiver, that makes the file system below some directories hang, fail or lack things;
/// see `Native/folder.c`.
struct FolderShim: Sendable {
    let library: String

    /// Compiles it.
    ///
    /// - Throws: What the compiler complains about.
    init(in directory: String) async throws {
        library = try await Native.library("folder", in: directory)
    }

    /// The environment of a program that is to have it.
    func environment(_ settings: [String: String]) -> [String: String] {
        settings.merging(["LD_PRELOAD": library]) { old, _ in old }
    }
}

/// Names as a power cut would leave them, told from what the shim wrote down: those whose directory was not synced
/// since they were made are gone, and with a directory all that is in it.
struct NameRecord {
    private var pending: [String: Set<String>] = [:]
    private(set) var failures = 0

    init(_ file: String) throws {
        for line in try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { continue }
            let parent = (parts[1] as NSString).deletingLastPathComponent
            switch parts[0] {
            case "made": pending[parent, default: []].insert(parts[1])
            case "removed": pending[parent]?.remove(parts[1])
            case "synced": pending[parts[1]] = nil
            case "failed": failures += 1
            default: break
            }
        }
    }

    /// Whether a file would still be there, looking up to a directory that was there before.
    func isDurable(_ path: String, below root: String) -> Bool {
        var path = path
        while path.hasPrefix(root + "/") {
            let parent = (path as NSString).deletingLastPathComponent
            if pending[parent]?.contains(path) == true { return false }
            path = parent
        }
        return true
    }
}
