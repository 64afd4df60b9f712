import BaseKit
import RicevutaCore
import Synchronization

/// The smallest sink that has everything: it adds lines to a text in memory.
///
/// What is here and one line in a list of types is all that a sink takes.
final class ToySink: Sink {
    /// Everything that was done with toys, in order, and by name.
    final class Box: Sendable {
        let events = Mutex<[String]>([])

        func note(_ event: String) { events.withLock { $0.append(event) } }
    }

    let name: SinkName
    let limits: SinkLimits
    private let box: Box
    private let path: String
    private let greeting: String
    private let secret: Secret
    private let source: String
    private let maxBytes: Int64
    private let isOpen = Mutex(false)

    init(_ values: SettingValues, _ context: SinkContext, box: Box) throws(SettingProblem) {
        name = context.name
        limits = context.limits
        source = context.source
        path = try values.required("path") { $0.text($1) }
        greeting = try values.required("greeting") { $0.text($1) }
        secret = try values.required("secret") { $0.secret($1) }
        maxBytes = try values.required("maxBytes") { $0.integer($1) }
        self.box = box
    }

    func prepare() async throws(SinkFailure) -> [String] {
        isOpen.withLock { $0 = true }
        box.note("prepare \(path)")
        return ["toys are not durable"]
    }

    func check() async throws(SinkFailure) -> [String] {
        guard greeting != "goodbye" else { throw .unusable(reason: "nobody is there; say something else") }
        return []
    }

    func deliver(_ delivery: DeliveryAttempt) async -> DeliveryResult {
        guard isOpen.withLock({ $0 }) else { return DeliveryResult(.transient(reason: "the toy is in its box")) }
        do throws(DocumentReadError) {
            var size = 0
            if let reader = try await delivery.openDocument() {
                guard reader.document.size <= maxBytes else {
                    return DeliveryResult(.permanent(reason: "too large for a toy"))
                }
                while let piece = try await reader.read(upTo: 1000) { size += piece.count }
            }
            let event = CloudEvent(delivery, source: source)
            box.note("\(greeting) \(event.json["id"]?.string ?? "") \(size) \(secret.bytes.count)")
            return DeliveryResult(.accepted)
        } catch {
            return DeliveryResult(.transient(reason: error.description))
        }
    }

    func close() async {
        isOpen.withLock { $0 = false }
        box.note("close")
    }
}

/// How a toy is configured.
struct ToySinkType: SinkType {
    let name = "toy"
    let summary = "lines in memory"
    let box: ToySink.Box

    let keys: [SettingKey] = [
        // Another type has a key of this name, with another meaning.
        .required("path", .choice(["left", "right"]), "Which way the toy runs.", sample: "left"),
        .value("greeting", .text(.greeting), "hello", "What the toy says first."),
        .required("secret", .secret(.text), "What the toy keeps to itself.", sample: "{fromEnvironment: TOY_SECRET}"),
        .value("maxBytes", .size(0...1 << 20), "64KiB", "Largest document that the toy carries."),
    ]

    func problems(in values: SettingValues) -> [SettingProblem] {
        guard values.text("path") == "right", values.integer("maxBytes") == 0 else { return [] }
        return [SettingProblem("maxBytes", "is 0, and nothing runs to the right empty-handed")]
    }

    func warnings(in values: SettingValues) -> [SettingProblem] {
        values.text("greeting") == "hello" ? [] : [SettingProblem("greeting", "may be impolite")]
    }

    func make(_ values: SettingValues, _ context: SinkContext) throws(SettingProblem) -> any Sink {
        try ToySink(values, context, box: box)
    }
}

extension TextForm {
    /// One word.
    fileprivate static let greeting = TextForm("one word", pattern: "^[a-z]+$") { $0.allSatisfy(\.isLetter) }
}
