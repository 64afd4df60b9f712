import BaseKit
import Foundation
import RicevutaCore
import Subprocess
import Synchronization
import Testing

/// A receiver that runs, as its operator sees it: the log, `status`, the alarms, `explain`, and the command that mends.
///
/// What is seen is kept, so that a command that mends is one that was named there, or where the alarm is explained.
final class OperatorsDay: Sendable {
    let bed: TestBed
    let receiver: TestBed.Receiver
    private let seen = Mutex("")

    init(_ bed: TestBed, _ receiver: TestBed.Receiver) {
        self.bed = bed
        self.receiver = receiver
    }

    // MARK: What is seen

    /// Waits for the log line whose message begins so, and expects its alarm with its level and in the metric, and
    /// fields that contain these texts.
    @discardableResult
    func logs(
        _ message: String,
        _ alarm: AlarmKind? = nil,
        _ fields: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> JSONValue {
        let text = try await Program.line(with: "\"message\":\"\(message)", in: receiver.log)
        let line = try JSONValue(parsing: Array(text.utf8))
        see(text.replacing("\\", with: ""))
        #expect(line["alarm"]?.string == alarm?.rawValue, "\(text)", sourceLocation: sourceLocation)
        for (field, part) in fields {
            let value = line[field]?.string ?? ""
            #expect(value.contains(part), "\(field) in \(text)", sourceLocation: sourceLocation)
        }
        guard let alarm else { return line }
        see(alarm.cure)
        #expect(line["level"]?.string == alarm.severity.rawValue, "\(text)", sourceLocation: sourceLocation)
        let count = try await bed.alarms(of: receiver, alarm.rawValue)
        #expect(count >= 1, "ricevuta_alarms_total", sourceLocation: sourceLocation)
        return line
    }

    /// Waits until `status` says all of this and ends with this code.
    func status(
        _ parts: String...,
        exit code: Int32,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await wait("status", for: parts, sourceLocation) {
            let status = try await self.bed.command(["status"])
            return (status.text, status.code == code)
        }
    }

    /// Waits until what an order waits for, as `explain` says it, contains all of this.
    func explain(
        _ order: String,
        _ parts: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await wait("explain \(order)", for: parts, sourceLocation) {
            let answer = try await self.bed.command(["explain", order, "--json"])
            // It is not found before the ledger has it.
            guard answer.code == 0 else { return (answer.problems, false) }
            let json = try JSONValue(parsing: Array(answer.text.utf8))
            return (json["waitsFor"]?["sentence"]?.string ?? "", true)
        }
    }

    /// Expects that the story that `explain` tells contains all of this.
    func story(_ order: String, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await wait("explain \(order)", for: parts, sourceLocation) {
            let answer = try await self.bed.command(["explain", order])
            return (answer.text, answer.code == 0)
        }
    }

    /// Waits until nothing is left to do: `status` is good, and the order waits for nothing.
    func isGood(_ order: String? = nil, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await status(exit: 0, sourceLocation: sourceLocation)
        if let order { try await explain(order, "Nothing: ", sourceLocation: sourceLocation) }
    }

    // MARK: What is done

    /// Runs the command that mends, which has been named in what was seen, and expects its exit code.
    ///
    /// - Returns: What it printed.
    @discardableResult
    func mend(
        _ command: String...,
        exit code: Int32 = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let name = command.prefix { !$0.hasPrefix("-") }.prefix(2).joined(separator: " ")
        #expect(seen.withLock { $0.contains(name) }, "nothing names `\(name)`", sourceLocation: sourceLocation)
        let done = try await bed.command(command)
        #expect(done.code == code, "\(command): \(done.text)\(done.problems)", sourceLocation: sourceLocation)
        return done.text
    }

    /// Has the receiver read its configuration again.
    func reload() async throws {
        let before = try receiver.count("\"Configuration reloaded\"")
        receiver.program.signal(.terminalClosed)
        try await bed.until(within: 20) { try self.receiver.count("\"Configuration reloaded\"") > before }
    }

    // MARK: How it is waited

    private func see(_ text: String) { seen.withLock { $0 += text + "\n" } }

    private func wait(
        _ what: String,
        for parts: [String],
        _ sourceLocation: SourceLocation,
        _ look: () async throws -> (text: String, isRight: Bool)
    ) async throws {
        let end = ContinuousClock.now + .seconds(60)
        func holds(_ answer: (text: String, isRight: Bool)) -> Bool {
            answer.isRight && parts.allSatisfy(answer.text.contains)
        }
        var answer = try await look()
        while !holds(answer), ContinuousClock.now < end { answer = try await look() }
        see(answer.text)
        let said = "\(answer.text) (the exit code was right: \(answer.isRight))"
        #expect(holds(answer), "`\(what)` did not come to say \(parts), but: \(said)", sourceLocation: sourceLocation)
    }
}

/// Runs a receiver with a sandbox and a service beside it, for a row of the day; `prepare` changes the configuration
/// before it starts.
func withOperatorsDay(
    sandbox options: [String] = [],
    reconciliation: String = "minReadBackInterval: 0s",
    prepare: @Sendable (TestBed) async throws -> Void = { _ in },
    _ body: @Sendable (OperatorsDay) async throws -> Void
) async throws {
    try await withTestBed(sandbox: options, reconciliation: reconciliation) { bed in
        try await prepare(bed)
        try await bed.receiver { receiver in try await body(OperatorsDay(bed, receiver)) }
    }
}

extension OperatorsDay {
    /// An order whose document is there, and whose callback has come.
    func finishedOrder() async throws -> String { try await bed.finishedOrders(1)[0] }

    /// An order that is being produced and whose first callback has come.
    func processingOrder() async throws -> (id: String, callback: String) {
        let (id, callback) = try await newOrder()
        try await call(callback, "In erogazione", of: id)
        try await bed.until(within: 30) {
            // The ledger takes it over a moment after the answer.
            (try? await self.bed.json(["order", "show", id]))?["state"] == "processing"
        }
        return (id, callback)
    }

    /// An order at the provider that nobody here has heard of, and where its callbacks go.
    func newOrder(item: String? = nil) async throws -> (id: String, callback: String) {
        let registrations = try await bed.registrations(1)
        let id = try await bed.order(calledBackAt: registrations, item: item)[0]
        return (id, try #require(registrations[0]["url"]?.string))
    }

    /// Posts a callback that claims a state, and expects it to be taken.
    func call(_ callback: String, _ state: String, of id: String) async throws {
        #expect(try await bed.post(callback, #"{"_id":"\#(id)","stato_richiesta":"\#(state)"}"#) == 200)
    }
}

extension TestBed {
    /// Has deliveries tried again within a fraction of a second.
    func hastenDeliveries(maxAttempts: Int) throws {
        try configure(
            "sinks:",
            as: "delivery: {firstDelay: 50ms, maxDelay: 100ms, maxAttempts: \(maxAttempts)}\nsinks:"
        )
    }

    /// Sends the service's notifications to another address.
    func pointService(at url: String, of name: String = "service") throws {
        let text = try String(contentsOfFile: configuration, encoding: .utf8)
        let line = try #require(text.split(separator: "\n").first { $0.contains("name: \(name)") })
        let old = try #require(line.split(separator: "\"").first { $0.hasPrefix("http") })
        try configure("url: \"\(old)\"", as: "url: \"\(url)\"")
    }

    /// Has the sandbox's calls fail so often as anybody can make them.
    func fail(_ call: String?, with status: Int) async throws {
        try await faults([
            "failures": [["call": JSONValue(call), "status": JSONValue(status), "times": 1_000_000]]
        ])
    }

    /// Takes the failures of calls and of documents back.
    func mendProvider() async throws { try await faults(["failures": [], "document": .null]) }
}
