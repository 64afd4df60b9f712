import BaseKit
import Foundation
import RicevutaConfiguration
import RicevutaCore
import Sinks
import Synchronization
import TestSupport
import Testing

/// A sink of another type is its own folder and one line: everything else follows from what it declares.
@Suite(.timeLimit(.minutes(1)))
struct ToySinkTests {
    private let box = ToySink.Box()

    /// The one line.
    private var types: [any SinkType] { SinkTypes.all + [ToySinkType(box: box)] }

    private func load(_ sinks: String) throws -> Configuration {
        try withTemporaryDirectory { directory in
            let yaml = """
                provider: {token: {fromEnvironment: TOKEN}}
                tokens: {active: {id: k1, secret: {fromEnvironment: KEY}}}
                sinks: [\(sinks)]
                """
            try yaml.write(toFile: "\(directory)/ricevuta.yaml", atomically: false, encoding: .utf8)
            return try Configuration.load(
                "\(directory)/ricevuta.yaml",
                environment: ["TOKEN": "t", "KEY": String(repeating: "k", count: 32), "TOY": "hush"],
                sinkTypes: types
            )
        }
    }

    private func sink(_ keys: String) throws -> any RicevutaCore.Sink {
        let configuration = try load("{name: t, type: toy, secret: {fromEnvironment: TOY}, \(keys)}")
        return try #require(configuration.sinks.first).make(now: { Timestamp(seconds: 0) })
    }

    @Test func isConfiguredDeliversAndCloses() async throws {
        let sink = try sink("path: left, greeting: hi, timeLimit: 5s, concurrency: 2")
        #expect(sink.name.rawValue == "t")
        #expect(sink.limits == SinkLimits(timeLimit: .seconds(5), concurrency: 2))

        #expect(try await sink.check() == [])
        #expect(try await sink.prepare() == ["toys are not durable"])
        let content = [UInt8](repeating: 7, count: 2500)
        let delivery = DeliveryAttempt(
            notification: try SampleNotifications.notification(document: SampleNotifications.document(content)),
            deliveryID: "dlv",
            attempt: 1,
            documents: RemoteDocuments(content: content)
        )
        #expect(await sink.outcome(of: delivery) == .accepted)
        await sink.close()
        #expect(await sink.outcome(of: delivery) == .transient(reason: "the toy is in its box"))

        #expect(box.events.withLock { $0 } == ["prepare left", "hi ntf_1 2500 4", "close"])
    }

    @Test func keepsToTheLimitThatItDeclares() async throws {
        let sink = try sink("path: left, maxBytes: 10")
        _ = try await sink.prepare()
        let delivery = SampleNotifications.delivery(
            try SampleNotifications.notification(document: SampleNotifications.document())
        )

        guard case .transient = await sink.outcome(of: delivery) else {
            Issue.record("a document that is not there was delivered")
            return
        }
        let large = DeliveryAttempt(
            notification: delivery.notification,
            deliveryID: "dlv",
            attempt: 1,
            documents: RemoteDocuments(content: SampleNotifications.content)
        )
        #expect(await sink.outcome(of: large) == .permanent(reason: "too large for a toy"))
    }

    @Test func saysWhenItIsOfNoUse() async throws {
        let sink = try sink("path: left, greeting: goodbye")

        await #expect(throws: SinkFailure.unusable(reason: "nobody is there; say something else")) {
            try await sink.check()
        }
    }

    @Test(
        arguments: [
            ("path: up", "sinks[0].path: expected one of left, right"),
            ("path: left, greeting: two words", "sinks[0].greeting: expected one word"),
            ("path: right, maxBytes: 0", "sinks[0].maxBytes: is 0, and nothing runs to the right empty-handed"),
            ("path: left, maxBytes: 2MiB", "sinks[0].maxBytes: expected a size"),
            ("path: left, greting: hi", "sinks[0].greting: unknown key; did you mean greeting?"),
            ("path: left, template: x", "sinks[0].template: is valid for type directory only, not for type toy"),
            ("greeting: hi", "sinks[0].path: missing; expected one of left, right"),
        ]
    )
    func refuses(keys: String, problem: String) {
        let failure = #expect(throws: ConfigurationFailure.self) { try sink(keys) }

        #expect(failure?.problems.count == 1)
        #expect(failure?.description.contains(problem) == true, "\(failure?.description ?? "")")
    }

    @Test func warnsOfWhatItDeclaresUnsafe() throws {
        let configuration = try load(
            "{name: t, type: toy, path: left, greeting: hey, secret: {fromEnvironment: TOY}}"
        )

        #expect(configuration.warnings.map(\.key) == ["sinks[0].greeting"])
    }

    @Test func leavesTheOtherTypesAsTheyAre() throws {
        let configuration = try load("{name: f, type: directory, path: ./out}")

        #expect(configuration.sinks.first?.settings.text("path")?.hasSuffix("/out") == true)
    }

    @Test func standsInTheExample() {
        let example = ConfigurationDocument.example(sinkTypes: types)

        let unwrapped = example.replacing("\n#    # ", with: " ")
        #expect(unwrapped.contains("http: signed CloudEvents to a URL. toy: lines in memory."))
        #expect(example.contains("#  - name: toy\n#    type: toy\n"))
        #expect(example.contains("#    # Which way the toy runs.\n#    path: left\n"))
        #expect(example.contains("#    # Largest document that the toy carries.\n#    maxBytes: 64KiB\n"))
    }

    @Test func standsInTheSchema() throws {
        let schema = try JSONValue(parsing: Array(ConfigurationDocument.schema(sinkTypes: types).utf8))
        let sinks = schema["properties"]?["sinks"]?["items"]

        #expect(sinks?["properties"]?["type"]?["enum"] == ["directory", "http", "toy"])
        let toy = try #require(
            sinks?["allOf"]?.array?.first { $0["if"]?["properties"]?["type"]?["const"] == "toy" }?["then"]
        )
        #expect(toy["required"] == ["path", "secret"])
        #expect(toy["properties"]?["path"]?["enum"] == ["left", "right"])
        #expect(toy["properties"]?["greeting"]?["pattern"] == "^[a-z]+$")
        #expect(toy["properties"]?["maxBytes"]?["default"] == "64KiB")
    }
}
