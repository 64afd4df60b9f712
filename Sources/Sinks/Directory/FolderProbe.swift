import BaseKit
import Foundation
import RicevutaCore

/// Tries out what deliveries rely on, in a directory of its own that is removed afterwards.
///
/// | what                                   | local | NFS | SMB           | FAT |
/// |----------------------------------------|-------|-----|---------------|-----|
/// | hard links                             | yes   | yes | rarely        | no  |
/// | a rename that replaces nothing         | yes   | no  | yes           | yes |
/// | sync of a directory                    | yes   | yes | no            | yes |
/// | names that differ in case only         | yes   | yes | rarely        | no  |
struct FolderProbe {
    static let prefix = ".probe-"

    let root: String
    /// Makes the name of the probe's directory unique.
    let owner: String
    /// What files are given.
    let access: FolderAccess

    /// What of the usual is not to be had there, in sentences for an operator.
    ///
    /// Blocks on the folder.
    func limitations() throws(SinkFailure) -> [String] {
        do {
            guard try DurableFiles.isTaken(root) else { return ["\(root) does not exist yet; it will be created"] }
            return try notes()
        } catch {
            throw .unusable(reason: "\(error)")
        }
    }

    private func notes() throws -> [String] {
        let directory = "\(root)/\(Self.prefix)\(owner)"
        try DurableFiles.makeDirectory(directory, below: root, syncing: .whereSupported)
        // If it stays, the next start sweeps it, unless it is a command's.
        defer { try? FileManager.default.removeItem(atPath: directory) }

        let name = "\(directory)/Name"
        let way = try publish("first", in: directory, as: name)
        if try publish("second", in: directory, as: name) != nil {
            throw FolderProbeError.replaces(root)
        }
        var notes: [String] = []
        if way == .lookAndRename {
            notes.append(
                "the file system of \(root) supports neither hard links nor rename without replacing: a file with the "
                    + "same name that another program writes at the same moment could be overwritten"
            )
        }
        do throws(FileFailure) {
            try DurableFiles.sync(directory: directory)
        } catch {
            try DurableFiles.sync(directory: directory, .whereSupported)
            notes.append(
                "the file system of \(root) cannot sync directories: a power failure may lose the newest deliveries; "
                    + "`ricevuta delivery replay` replays them"
            )
        }
        if try DurableFiles.isTaken("\(directory)/nAME") {
            notes.append(
                "the file system of \(root) is case-insensitive: file names that differ only in case get a number"
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
        let file = try AtomicFile(creating: "\(directory)/\(text)")
        try file.write(Array(text.utf8))
        try file.finish()
        try access.apply(toFile: file.path)
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
