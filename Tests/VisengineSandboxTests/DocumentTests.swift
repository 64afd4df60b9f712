import BaseKit
import Crypto
import Testing
import Visengine
import VisengineSandbox

/// `GET /documento/{_id}`.
@Suite(.timeLimit(.minutes(1)))
struct DocumentTests {
    /// Around the lengths at which the repeated part begins, and the rests that base64 has; 48 KiB is one repetition.
    static let sizes = [2000, 2001, 2002, 20_000, 49_152, 50_500, 98_304, 150_001, 1 << 20]

    @Test(arguments: [true, false], sizes)
    func theLengthIsTheOneAskedFor(isZipped: Bool, size: Int) async throws {
        try await withSandbox(SandboxConfiguration(isZipped: isZipped, documentBytes: size)) { wire in
            let id = try await wire.place()

            let document = try await wire.download(id)

            let bytes = try #require(document.bytes)
            #expect(document.name == "\(id).\(isZipped ? "zip" : "pdf")")
            #expect(document.announcedSize == Int64(size))
            #expect(bytes.count == size)
            let report = try #require(wire.sandbox.report(id))
            #expect(report.size == size)
            #expect(report.name == document.name)
            #expect("SHA256 digest: " + report.sha256 == SHA256.hash(data: bytes).description)
        }
    }

    @Test(arguments: [true, false])
    func aDocumentIsNeverShorterThanItCanBe(isZipped: Bool) async throws {
        try await withSandbox(SandboxConfiguration(isZipped: isZipped, documentBytes: 0)) { wire in
            let document = try await wire.download(try await wire.place())

            let bytes = try #require(document.bytes)
            #expect((500...1500).contains(bytes.count))
            #expect(document.announcedSize == Int64(bytes.count))
        }
    }

    @Test func eachOrderHasItsOwnAndAlwaysTheSame() async throws {
        try await withSandbox { wire in
            let first = try await wire.place()
            let second = try await wire.place()
            let early = wire.sandbox.report(first)?.sha256

            let document = try await wire.download(first)

            #expect(try await wire.download(first).text == document.text)
            #expect(try await wire.download(second).text != document.text)
            #expect(wire.sandbox.report(first)?.sha256 == early, "it is known before it can be fetched")
        }
    }

    @Test func itIsThereFromDatiDisponibiliOn() async throws {
        try await withSandbox(SandboxConfiguration(startsInSearch: true)) { wire in
            let id = try await wire.place()
            var summaries: [String?: String] = [:]
            repeat {
                let answer = try await wire.send(.get, "/documento/\(id)")
                summaries[wire.sandbox.report(id)?.state] = answer.summary
            } while wire.sandbox.advance(id) == 1

            #expect(
                summaries == [
                    "In ricerca": "422/247 document not yet available",
                    "In erogazione": "422/247 document not yet available",
                    "Dati disponibili": "200/- ", "Visura evasa": "200/- ",
                ]
            )
        }
    }

    @Test func aDraftAndACancelledOrderHaveNone() async throws {
        try await withSandbox { wire in
            let draft = try await wire.place(Samples.pension(["state": 0]))
            let cancelled = try await wire.place()
            wire.sandbox.advance(cancelled)
            _ = try await wire.control("cancel", ["order": .string(cancelled.rawValue)])

            for id in [draft, cancelled] {
                let answer = try await wire.send(.get, "/documento/\(id)")
                #expect(answer.summary == "422/247 document not yet available")
                #expect(answer.json["data"] == .null)
            }
        }
    }

    @Test(arguments: [
        ("7", "400/243 Invalid id"), ("65F0", "400/243 Invalid id"),
        ("4345uygyug578754g", "404/244 no requests matches this id: 4345uygyug578754g"), ("", "428/242 id required"),
        ("65f0c0ffee0123456789abcd", "404/244 no requests matches this id: 65f0c0ffee0123456789abcd"),
    ])
    func anUnknownOrderIsRefused(id: String, summary: String) async throws {
        try await withSandbox { wire in
            let answer = try await wire.send(.get, "/documento/" + id)

            #expect(answer.summary == summary)
        }
    }

    @Test func theSizeIsATextWhereAskedFor() async throws {
        try await withSandbox { wire in
            let id = try await wire.place()
            wire.sandbox.finish(id)
            wire.sandbox.setFaults { $0.quirks = [.sizeAsText] }

            let data = try await wire.send(.get, "/documento/\(id)").data

            #expect(data["dimensione"]?.string == "20000")
            #expect(data["file"]?.string?.utf8.count == 26_668)
        }
    }

    @Test func thePathOnTheProductPageWorksToo() async throws {
        try await withSandbox { wire in
            let id = try await wire.place()
            let document = try await wire.download(id)

            let other = try Download(try await wire.send(.get, "/visure/documento/\(id)"))

            #expect(other.text == document.text)
            #expect(wire.sandbox.count(.document) == 2)
        }
    }
}
