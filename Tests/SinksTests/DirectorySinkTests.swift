import BaseKit
import Foundation
import RicevutaCore
import TestSupport
import Testing

@testable import Sinks

@Suite(.timeLimit(.minutes(1)))
struct DirectorySinkTests {
    @Test func writesTheDocumentAndTheEvent() async throws {
        try await withSink { sink, root in
            try await withDocument { path, document in
                let notification = try SampleNotifications.notification(document: document)

                #expect(await sink.outcome(of: SampleNotifications.delivery(notification, path: path)) == .accepted)

                let stem = "\(root)/5c1a2b3c4d5e6f708192a3b4c5d6e7f8/65b0a1f2c3d4e5f601020304-document.available"
                #expect(try content(of: "\(stem).zip") == SampleNotifications.content)
                let event = try JSONValue(parsing: try content(of: "\(stem).json"))
                #expect(event["id"]?.string == "ntf_1")
                #expect(event["deliveryid"]?.string == "dlv_1")
                #expect(event["data"]?["document"]?["sha256"]?.string == document.sha256)
                #expect(event["data"]?["document"]?["name"]?.string == "visura.zip")
                #expect(event["data"]?["document"]?["file"]?.string == "\((stem as NSString).lastPathComponent).zip")
                #expect(try files(in: root).count == 2, "nothing temporary is left")
                #expect(try content(of: path) == SampleNotifications.content, "the archive keeps its own")
                #expect(try permissions(of: "\(stem).zip") == 0o600)
                #expect(try permissions(of: root) == 0o700)
            }
        }
    }

    @Test func writesTheEventAloneWithoutADocument() async throws {
        try await withSink { sink, root in
            let notification = try SampleNotifications.notification(type: .orderUpdated)

            #expect(await sink.outcome(of: SampleNotifications.delivery(notification)) == .accepted)

            let name = "5c1a2b3c4d5e6f708192a3b4c5d6e7f8/65b0a1f2c3d4e5f601020304-order.updated.json"
            #expect(try files(in: root) == [name])
        }
    }

    @Test func takesTheSameNotificationOnce() async throws {
        try await withSink { sink, root in
            try await withDocument { path, document in
                let notification = try SampleNotifications.notification(document: document)
                for delivery in ["dlv_1", "dlv_1", "dlv_2"] {
                    let delivery = SampleNotifications.delivery(notification, delivery: delivery, path: path)
                    #expect(await sink.outcome(of: delivery) == .accepted)
                }

                let names = try files(in: root)
                #expect(names.count == 2)
                let json = try JSONValue(parsing: try content(of: "\(root)/\(names[0])"))
                #expect(json["deliveryid"]?.string == "dlv_1", "the first one stays")
            }
        }
    }

    /// One sync speaks for both names: a power cut before it may keep the JSON file and take the document.
    @Test func writesADocumentAgainThatIsNotBesideItsEvent() async throws {
        try await withSink { sink, root in
            try await withDocument { path, document in
                let notification = try SampleNotifications.notification(document: document)
                let delivery = SampleNotifications.delivery(notification, path: path)
                #expect(await sink.outcome(of: delivery) == .accepted)
                let names = try files(in: root)
                let zip = try #require(names.first { $0.hasSuffix(".zip") })
                try FileManager.default.removeItem(atPath: "\(root)/\(zip)")

                #expect(await sink.outcome(of: delivery) == .accepted)

                #expect(try files(in: root) == names)
                #expect(try content(of: "\(root)/\(zip)") == SampleNotifications.content)
            }
        }
    }

    @Test func neverWritesOverAnything() async throws {
        try await withSink(template: "{order}") { sink, root in
            try await withDocument { path, document in
                try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
                let stem = "\(root)/65b0a1f2c3d4e5f601020304"
                try Data("another's".utf8).write(to: URL(fileURLWithPath: "\(stem).zip"))
                try Data("{}".utf8).write(to: URL(fileURLWithPath: "\(stem)-2.json"))
                try Data("no JSON".utf8).write(to: URL(fileURLWithPath: "\(stem)-3.json"))

                for id in ["ntf_1", "ntf_2", "ntf_1", "ntf_2"] {
                    let notification = try SampleNotifications.notification(id: id, document: document)
                    #expect(await sink.outcome(of: SampleNotifications.delivery(notification, path: path)) == .accepted)
                }

                #expect(try content(of: "\(stem).zip") == Array("another's".utf8))
                #expect(try content(of: "\(stem)-2.json") == Array("{}".utf8))
                #expect(try content(of: "\(stem)-3.json") == Array("no JSON".utf8))
                for (number, id) in [(4, "ntf_1"), (5, "ntf_2")] {
                    #expect(try content(of: "\(stem)-\(number).zip") == SampleNotifications.content)
                    #expect(try JSONValue(parsing: try content(of: "\(stem)-\(number).json"))["id"]?.string == id)
                }
                #expect(try files(in: root).count == 7)
            }
        }
    }

    @Test func finishesWhatACrashCutOff() async throws {
        try await withSink(template: "{order}") { sink, root in
            try await withDocument { path, document in
                try FileManager.default.createDirectory(
                    atPath: "\(root)/.incoming",
                    withIntermediateDirectories: true
                )
                let stem = "\(root)/65b0a1f2c3d4e5f601020304"
                try Data(SampleNotifications.content).write(to: URL(fileURLWithPath: "\(stem).zip"))
                try Data("half".utf8).write(to: URL(fileURLWithPath: "\(root)/.incoming/command-0BADF00D-left"))
                #expect(try await sink.prepare() == [])

                let notification = try SampleNotifications.notification(document: document)
                #expect(await sink.outcome(of: SampleNotifications.delivery(notification, path: path)) == .accepted)

                #expect(
                    try files(in: root) == ["65b0a1f2c3d4e5f601020304.json", "65b0a1f2c3d4e5f601020304.zip"]
                )
            }
        }
    }

    @Test func givesEachOfManyItsOwnName() async throws {
        try await withSink(template: "all") { sink, root in
            try await withDocument { path, document in
                let outcomes = try await withThrowingTaskGroup(of: DeliveryOutcome.self) { group in
                    for number in 0..<40 {
                        let notification = try SampleNotifications.notification(
                            id: "n\(number / 2)",
                            document: document
                        )
                        group.addTask { await sink.outcome(of: SampleNotifications.delivery(notification, path: path)) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }

                #expect(outcomes == Array(repeating: .accepted, count: 40))
                let ids = try files(in: root).filter { $0.hasSuffix(".json") }
                    .map { try JSONValue(parsing: try content(of: "\(root)/\($0)"))["id"]?.string ?? "" }
                #expect(Set(ids).count == 20)
                #expect(try files(in: root).filter { $0.hasSuffix(".zip") }.count >= ids.count)
            }
        }
    }

    @Test func staysInsideWhateverTheNames() async throws {
        try await withSink(template: "{itemName}/{name}") { sink, root in
            try await withDocument { path, document in
                for name in ["../../escape.zip", "/etc/passwd", "..", ".hidden", String(repeating: "ü", count: 400)] {
                    var document = document
                    document.name = name
                    var notification = try SampleNotifications.notification(id: "id-\(name.count)", document: document)
                    notification.itemName = name
                    #expect(await sink.outcome(of: SampleNotifications.delivery(notification, path: path)) == .accepted)
                }

                #expect(try files(in: root).count == 10)
                let parent = (root as NSString).deletingLastPathComponent
                #expect(try FileManager.default.contentsOfDirectory(atPath: parent) == ["way"])
            }
        }
    }

    @Test func saysWhyItCouldNotWrite() async throws {
        try await withTemporaryDirectory { directory in
            try Data().write(to: URL(fileURLWithPath: "\(directory)/file"))
            let name = try #require(SinkName(rawValue: "folder"))
            let sink = DirectorySink(name: name, root: "\(directory)/file/sub")

            let outcome = await sink.outcome(of: SampleNotifications.delivery(try SampleNotifications.notification()))

            guard case .transient(let reason, nil) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(reason.contains("\(directory)/file"))
            #expect(reason.contains("Not a directory"))
        }
    }

    @Test func deliversNoDocumentThatIsNotTheArchivedOne() async throws {
        try await withSink { sink, root in
            try await withDocument { path, document in
                try Data("something else of the same length!".utf8).write(to: URL(fileURLWithPath: path))
                let notification = try SampleNotifications.notification(document: document)

                let outcome = await sink.outcome(of: SampleNotifications.delivery(notification, path: path))

                #expect(outcome != .accepted)
                #expect("\(outcome)".contains("was changed after it was archived"))
                #expect(try files(in: root) == [])
            }
        }
    }

    @Test func writesADocumentThatIsNotOnThisMachine() async throws {
        let content = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await withSink(template: "{order}") { sink, root in
            let document = SampleNotifications.document(content)
            for id in ["ntf_1", "ntf_2", "ntf_1"] {
                let delivery = DeliveryAttempt(
                    notification: try SampleNotifications.notification(id: id, document: document),
                    deliveryID: "dlv",
                    attempt: 1,
                    documents: RemoteDocuments(content: content)
                )
                #expect(await sink.outcome(of: delivery) == .accepted)
            }

            let stem = "65b0a1f2c3d4e5f601020304"
            #expect(try files(in: root) == ["\(stem)-2.json", "\(stem)-2.zip", "\(stem).json", "\(stem).zip"])
            #expect(try self.content(of: "\(root)/\(stem)-2.zip") == content)
        }
    }

    @Test func leavesNothingOfADocumentThatBreaksOff() async throws {
        try await withSink { sink, root in
            let delivery = DeliveryAttempt(
                notification: try SampleNotifications.notification(document: SampleNotifications.document()),
                deliveryID: "dlv",
                attempt: 1,
                documents: RemoteDocuments(content: SampleNotifications.content, breaksOffAfter: 1)
            )

            #expect(
                await sink.outcome(of: delivery) == .unreadable(reason: "cannot read the document bucket: went away")
            )
            #expect(try files(in: root) == [])
        }
    }

    private func withSink(
        template: String = "{item}/{order}-{type}",
        _ body: (DirectorySink, String) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let name = try #require(SinkName(rawValue: "folder"))
            let root = "\(directory)/made/on/the/way"
            try await body(DirectorySink(name: name, root: root, template: try NameTemplate(template)), root)
        }
    }

    private func content(of path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    private func files(in root: String) throws -> [String] {
        guard FileManager.default.fileExists(atPath: root) else { return [] }
        return try FileManager.default.subpathsOfDirectory(atPath: root).filter { name in
            let type = try FileManager.default.attributesOfItem(atPath: "\(root)/\(name)")[.type] as? FileAttributeType
            return type == .typeRegular
        }.sorted()
    }

    private func permissions(of path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
}
