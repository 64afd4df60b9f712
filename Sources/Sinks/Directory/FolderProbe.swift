import BaseKit
import Foundation

/// What was found when a sink's folder was tried out.
public enum FolderReport: Sendable, Equatable {
    /// It is not there yet; the first delivery makes it.
    case missing
    /// Deliveries work; what of the usual is not to be had there, in sentences for an operator.
    case works(notes: [String])
    /// Deliveries would fail, and why.
    case fails(reason: String)
}

/// Tries out what deliveries rely on, in a directory of its own that is removed afterwards.
///
/// | what                                   | local | NFS | SMB           | FAT |
/// |----------------------------------------|-------|-----|---------------|-----|
/// | hard links                             | yes   | yes | rarely        | no  |
/// | a rename that replaces nothing         | yes   | no  | yes           | yes |
/// | sync of a directory                    | yes   | yes | no            | yes |
/// | names that differ in case only         | yes   | yes | rarely        | no  |
struct FolderProbe {
    private static let prefix = ".probe-"

    let root: String

    static func isOurs(_ name: String) -> Bool { name.hasPrefix(prefix) }

    /// Blocks on the folder.
    func report() -> FolderReport {
        do {
            guard try DurableFiles.isTaken(root) else { return .missing }
            return .works(notes: try notes())
        } catch {
            return .fails(reason: "\(error)")
        }
    }

    private func notes() throws -> [String] {
        let directory = "\(root)/\(Self.prefix)\(DirectorySink.process)-\(UUID().uuidString)"
        try DurableFiles.makeDirectory(directory, below: root, syncing: .whereSupported)
        defer { try? FileManager.default.removeItem(atPath: directory) }  // The next start sweeps it.

        let name = "\(directory)/Name"
        let way = try publish("first", in: directory, as: name)
        if try publish("second", in: directory, as: name) != nil {
            throw FolderProbeError.replaces(root)
        }
        var notes: [String] = []
        if way == .lookAndRename {
            notes.append(
                "its file system supports neither hard links nor rename without replacing: a file with the same name "
                    + "that another program writes at the same moment could be overwritten"
            )
        }
        do throws(FileFailure) {
            try DurableFiles.sync(directory: directory)
        } catch {
            try DurableFiles.sync(directory: directory, .whereSupported)
            notes.append(
                "its file system cannot sync directories: a power failure may lose the newest deliveries; "
                    + "`ricevuta delivery replay` replays them"
            )
        }
        if try DurableFiles.isTaken("\(directory)/nAME") {
            notes.append(
                "its file system is case-insensitive: file names that differ only in case get a number"
            )
        }
        return notes
    }

    /// How the name was given; `nil` when it was taken.
    private func publish(
        _ text: String,
        in directory: String,
        as name: String
    ) throws -> DurableFiles.FileNamingWay? {
        let file = try NewFile(creating: "\(directory)/\(text)")
        try file.write(Array(text.utf8))
        try file.finish()
        let (isNamed, way) = try DurableFiles.name(file.path, name)
        return isNamed ? way : nil
    }
}

/// What a folder must not do.
private enum FolderProbeError: Error, CustomStringConvertible {
    case replaces(String)

    var description: String {
        switch self {
        case .replaces(let root): "the file system of \(root) overwrites existing files"
        }
    }
}

extension DirectorySink {
    /// Tries the folder out: what of the usual its file system lacks, as SMB shares do, or why nothing can be
    /// delivered.
    ///
    /// Makes a hidden directory in the folder and removes it; a folder that is not there yet is left so.
    ///
    /// - Parameter time: The longest to wait for it.
    /// - Returns: What was found.
    public func probe(within time: Duration) async -> FolderReport {
        let outcome = await threads.run(within: time) { [root] in FolderProbe(root: root).report() }
        switch outcome {
        case .finished(let report): return report
        case .abandoned, .refused: return .fails(reason: "the folder \(root) timed out after \(time)")
        }
    }
}
