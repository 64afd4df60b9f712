import BaseKit
import Foundation
import RicevutaCore
import TestSupport
import Testing

@testable import Sinks

/// What others have put into a sink's folder.
@Suite(.timeLimit(.minutes(1)))
struct DirectorySinkSafetyTests {
    private static let order = "65b0a1f2c3d4e5f601020304"

    private func withSink(
        template: String = "{order}",
        _ body: (DirectorySink, String) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let name = try #require(SinkName(rawValue: "folder"))
            let root = "\(directory)/folder"
            try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: false)
            try await body(DirectorySink(name: name, root: root, template: try NameTemplate(template)), root)
        }
    }

    @Test(arguments: ["json", "zip"])
    func aFIFOInThePlaceOfAFileIsPassedOver(what: String) async throws {
        try await withSink { sink, root in
            try await withDocument { path, document in
                try makeFIFO("\(root)/\(Self.order).\(what)")
                let notification = try SampleNotifications.notification(document: document)

                for _ in 0..<2 {
                    #expect(await sink.outcome(of: SampleNotifications.delivery(notification, path: path)) == .accepted)
                }

                let names = try FileManager.default.contentsOfDirectory(atPath: root).filter {
                    $0.hasPrefix(Self.order)
                }
                #expect(
                    names.sorted() == ["\(Self.order)-2.json", "\(Self.order)-2.zip", "\(Self.order).\(what)"].sorted()
                )
            }
        }
    }

    @Test(arguments: ["json", "zip"])
    func aLinkInThePlaceOfAFileIsNotFollowed(what: String) async throws {
        try await withSink { sink, root in
            try await withDocument { path, document in
                let notification = try SampleNotifications.notification(document: document)
                // What it leads to would pass for ours.
                let content = what == "zip" ? SampleNotifications.content : Array(#"{"id":"ntf_1"}"#.utf8)
                try Data(content).write(to: URL(fileURLWithPath: "\(root)/elsewhere"))
                try FileManager.default.createSymbolicLink(
                    atPath: "\(root)/\(Self.order).\(what)",
                    withDestinationPath: "\(root)/elsewhere"
                )

                #expect(await sink.outcome(of: SampleNotifications.delivery(notification, path: path)) == .accepted)

                let names = try FileManager.default.contentsOfDirectory(atPath: root)
                #expect(names.contains("\(Self.order)-2.json"))
                #expect(names.contains("\(Self.order)-2.zip"))
            }
        }
    }

    @Test func aLinkInThePlaceOfAFolderIsRefusedByName() async throws {
        try await withSink(template: "{item}/{order}") { sink, root in
            try await withTemporaryDirectory { elsewhere in
                let item = "\(root)/5c1a2b3c4d5e6f708192a3b4c5d6e7f8"
                try FileManager.default.createSymbolicLink(atPath: item, withDestinationPath: elsewhere)

                let outcome = await sink.outcome(
                    of: SampleNotifications.delivery(try SampleNotifications.notification())
                )

                guard case .transient(let reason, nil) = outcome else {
                    Issue.record("\(outcome)")
                    return
                }
                #expect(reason.contains("\(item): it is a symbolic link"))
                #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere) == [])

                try FileManager.default.removeItem(atPath: item)
                #expect(
                    await sink.outcome(of: SampleNotifications.delivery(try SampleNotifications.notification()))
                        == .accepted
                )
            }
        }
    }

    @Test func sweepingLeavesWhatThisProcessOrAnotherReceiverIsWriting() async throws {
        let (mine, other) = (ReceiverID.random(), ReceiverID.random())
        try await withTemporaryDirectory { root in
            let sink = DirectorySink(name: try #require(SinkName(rawValue: "files")), receiver: mine, root: root)
            let incoming = "\(root)/.incoming"
            try FileManager.default.createDirectory(atPath: incoming, withIntermediateDirectories: false)
            let kept = ["\(mine)-\(TemporaryName.process)-1", "\(other)-0BADF00D-1"]
            for name in kept + ["\(mine)-0BADF00D-1"] {
                try Data().write(to: URL(fileURLWithPath: "\(incoming)/\(name)"))
                try Data().write(to: URL(fileURLWithPath: "\(root)/.probe-\(name)"))
            }

            #expect(try await sink.prepare() == [])

            #expect(try FileManager.default.contentsOfDirectory(atPath: incoming).sorted() == kept.sorted())
            let left = try FileManager.default.contentsOfDirectory(atPath: root).sorted()
            #expect(left == [".incoming"] + kept.map { ".probe-\($0)" }.sorted())
        }
    }

    @Test func doesNotCallADocumentDeliveredThatWasReplaced() async throws {
        try await withSink { sink, root in
            try await withDocument { path, document in
                let notification = try SampleNotifications.notification(document: document)
                #expect(await sink.outcome(of: SampleNotifications.delivery(notification, path: path)) == .accepted)
                let file = "\(root)/\(Self.order).zip"
                try Data("edited".utf8).write(to: URL(fileURLWithPath: file))

                let outcome = await sink.outcome(of: SampleNotifications.delivery(notification, path: path))

                guard case .transient(let reason, _) = outcome else {
                    Issue.record("\(outcome)")
                    return
                }
                #expect(reason.contains("\(file) is not the document that was delivered there"))
                try FileManager.default.removeItem(atPath: file)
                #expect(await sink.outcome(of: SampleNotifications.delivery(notification, path: path)) == .accepted)
                #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == Data(SampleNotifications.content))
            }
        }
    }

    @Test func filesAndDirectoriesAreForWhomTheyAreConfigured() async throws {
        try await withTemporaryDirectory { directory in
            let root = "\(directory)/folder"
            // Any group may be given by root, one's own by anybody.
            let group = geteuid() == 0 ? "1" : String(getegid())
            let sink = DirectorySink(
                name: try #require(SinkName(rawValue: "folder")),
                root: root,
                template: try NameTemplate("a/b/{order}"),
                access: FolderAccess(mode: 0o640, group: group)
            )
            #expect(try await sink.prepare() == [])

            #expect(
                await sink.outcome(of: SampleNotifications.delivery(try SampleNotifications.notification()))
                    == .accepted
            )

            func rights(_ path: String) throws -> (mode: Int?, group: String?) {
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                return (
                    (attributes[.posixPermissions] as? NSNumber)?.intValue,
                    (attributes[.groupOwnerAccountID] as? NSNumber)?.stringValue
                )
            }
            for path in [root, "\(root)/a", "\(root)/a/b"] {
                #expect(try rights(path) == (0o750, group), "\(path)")
            }
            #expect(try rights("\(root)/a/b/\(Self.order).json") == (0o640, group))
            #expect(try rights("\(root)/.incoming").mode == 0o700)
        }
    }

    @Test(arguments: [("0640", 0o640), ("644", 0o644), ("0600", 0o600)])
    func readsModes(text: String, mode: Int) { #expect(FolderAccess.mode(text) == mode) }

    @Test(arguments: ["", "0400", "0888", "00640", "640x", "rw-r--r--", "7"])
    func refusesOtherModes(text: String) { #expect(FolderAccess.mode(text) == nil) }

    @Test func tryingAFolderOutLeavesNothing() async throws {
        try await withSink { sink, root in
            #expect(try await sink.check() == [])
            #expect(try FileManager.default.contentsOfDirectory(atPath: root) == [])
            try FileManager.default.removeItem(atPath: root)
            #expect(try await sink.check() == ["\(root) does not exist yet; it will be created"])
            try Data().write(to: URL(fileURLWithPath: root))
            let failure = await #expect(throws: SinkFailure.self) { try await sink.check() }
            guard case .unusable(let reason) = failure else {
                Issue.record("a file passed for a folder")
                return
            }
            #expect(reason.contains(root))
        }
    }

    @Test func preparingMakesTheFolder() async throws {
        try await withSink { sink, root in
            try FileManager.default.removeItem(atPath: root)

            #expect(try await sink.prepare() == [])

            #expect(try FileManager.default.contentsOfDirectory(atPath: root) == [])
            try FileManager.default.removeItem(atPath: root)
            try Data().write(to: URL(fileURLWithPath: root))
            await #expect(throws: SinkFailure.self) { try await sink.prepare() }
        }
    }
}
