import BaseKit
import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct DurableFilesTests {
    @Test func makesWhatIsMissingAndTakesWhatIsThere() async throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/a/b/c"
            for _ in 0..<2 { try DurableFiles.makeDirectory(path) }
            try FileManager.default.removeItem(atPath: "\(directory)/a")
            try DurableFiles.makeDirectory(path, permissions: 0o750)

            let found = try FileManager.default.attributesOfItem(atPath: path)
            #expect(found[.posixPermissions] as? Int == 0o750)
        }
    }

    @Test func followsLinksAboveTheRootAndNoneBelow() async throws {
        try withTemporaryDirectory { directory in
            let root = "\(directory)/link"
            try FileManager.default.createDirectory(atPath: "\(directory)/real", withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(atPath: root, withDestinationPath: "\(directory)/real")
            try FileManager.default.createSymbolicLink(atPath: "\(root)/item", withDestinationPath: directory)

            try DurableFiles.makeDirectory("\(root)/good", below: root)
            for path in ["\(root)/item", "\(root)/item/below"] {
                let failure = #expect(throws: FileFailure.self) { try DurableFiles.makeDirectory(path, below: root) }
                #expect(failure?.code == ELOOP)
                #expect(failure?.description.contains("\(root)/item: it is a symbolic link") == true)
            }
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/below"))
        }
    }

    @Test func refusesWhatIsNoDirectory() async throws {
        try withTemporaryDirectory { directory in
            try Data().write(to: URL(fileURLWithPath: "\(directory)/file"))
            for path in ["\(directory)/file", "\(directory)/file/below"] {
                let failure = #expect(throws: FileFailure.self) { try DurableFiles.makeDirectory(path) }
                #expect(failure?.code == ENOTDIR)
            }
        }
    }

    @Test func givesANameOnceHoweverManyWantIt() async throws {
        try await withTemporaryDirectory { directory in
            let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        let file = try AtomicFile(creating: "\(directory)/new-\(number)")
                        try file.write(Array("\(number)".utf8))
                        return try file.publish(as: "\(directory)/name")
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(winners == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["name"])
        }
    }

    @Test func opensRegularFilesOnlyAndWaitsForNone() async throws {
        try withTemporaryDirectory { directory in
            try Data("x".utf8).write(to: URL(fileURLWithPath: "\(directory)/file"))
            try FileManager.default.createSymbolicLink(
                atPath: "\(directory)/link",
                withDestinationPath: "\(directory)/file"
            )
            try makeFIFO("\(directory)/fifo")

            #expect(try DurableFiles.openRegularFile("\(directory)/file")?.readToEnd() == Data("x".utf8))
            #expect(try DurableFiles.openRegularFile("\(directory)/none") == nil)
            for (name, words) in [
                ("link", "a symbolic link"), ("fifo", "a FIFO"),
                ("../\((directory as NSString).lastPathComponent)", "a directory"),
            ] {
                let failure = #expect(throws: FileFailure.self) {
                    try DurableFiles.openRegularFile("\(directory)/\(name)")
                }
                #expect(failure?.description.contains("it is \(words), not a regular file") == true)
            }
            #expect(throws: FileFailure.self) { try DurableFiles.openRegularFile("/dev/null") }
        }
    }
}
