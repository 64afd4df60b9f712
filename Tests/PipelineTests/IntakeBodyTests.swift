import Foundation
import Logging
import RicevutaCore
import Synchronization
import TestSupport
import Testing
import Visengine

@testable import Pipeline

/// With a good token it is taken, whatever came with it.
@Suite struct IntakeBodyTests {
    private let journal = FakeJournal()
    private let keys: CallbackTokenKeys
    private static let order =
        #"{"_id":"70a1b2c3d4e5f60718293a4b","stato_richiesta":"Visura evasa","cf":"RSSMRA80A01H501U"}"#

    init() throws { keys = try Sample.keys() }

    private func intake(limits: IntakeLimits = IntakeLimits(), logger: Logger = Sample.logger) -> Intake {
        Intake(
            journal: journal,
            provider: .visengine,
            keys: keys,
            policy: SourcePolicy(),
            limits: limits,
            now: { Sample.now },
            logger: logger
        )
    }

    /// Takes a body with a good token in the path.
    private func take(
        _ body: [UInt8],
        by intake: Intake,
        type: String? = "application/json",
        coding: String? = nil,
        isCut: Bool = false
    ) throws -> ReceivedCallback {
        let path = "/callbacks/" + keys.mint(try Sample.nonce())
        let admission = intake.admit(path: path, peer: [192, 0, 2, 1], forwardedFor: [])
        guard case .admitted(let admitted) = admission else { throw CancellationError() }
        let answers = Mutex<[IntakeAnswer]>([])
        intake.take(admitted, body: body, contentType: type, coding: coding, isCut: isCut) { answer in
            answers.withLock { $0.append(answer) }
        }
        intake.flush()
        #expect(answers.withLock { $0 } == [.journal(.accepted(number: 1))])
        return try #require(journal.recorded.last)
    }

    struct Coded: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var coding: String?
        var body: [UInt8]
        var problem: String?
        var kept: String?
    }

    private static let gzipped = base64(
        "H4sIAAAAAAACA6tWis9MUbJSMjdINEwySjZOMUk1TTMzMDe0MLI0TjRJUtJRKi5JLMmPL8pMzshMBbKBisMyi0uLEh"
            + "VSyxKLE4EKktOAYkHBwb5BjhYGjgaGHqYGhqFKtQCXArQlWwAAAA=="
    )
    private static let zlibbed = base64(
        "eJyrVorPTFGyUjI3SDRMMko2TjFJNU0zMzA3tDCyNE40SVLSUSouSSzJjy/KTM7ITAWygYrDMotLixIVUssSixOBCp"
            + "LTgGJBwcG+QY4WBo4Ghh6mBoahSrUA2+Aa5w=="
    )
    private static let deflated = base64(
        "q1aKz0xRslIyN0g0TDJKNk4xSTVNMzMwN7QwsjRONElS0lEqLkksyY8vykzOyEwFsoGKwzKLS4sSFVLLEosTgQqS04"
            + "BiQcHBvkGOFgaOBoYepgaGoUq1AA=="
    )

    private static func base64(_ text: String) -> [UInt8] {
        // The constants below are base64.
        Data(base64Encoded: text).map { [UInt8]($0) } ?? []
    }

    static let coded: [Coded] = [
        Coded(testDescription: "gzip", coding: "gzip", body: gzipped, kept: order),
        Coded(testDescription: "x-gzip", coding: "X-GZIP", body: gzipped, kept: order),
        Coded(testDescription: "identity and gzip", coding: "identity, gzip", body: gzipped, kept: order),
        Coded(testDescription: "gzip without its header", coding: nil, body: gzipped, kept: order),
        Coded(testDescription: "deflate with zlib's frame", coding: "deflate", body: zlibbed, kept: order),
        Coded(testDescription: "deflate without it", coding: "deflate", body: deflated, kept: order),
        Coded(testDescription: "gzip that is none", coding: "gzip", body: Array(order.utf8), kept: order),
        Coded(testDescription: "deflate that is none", coding: "deflate", body: Array(order.utf8), kept: order),
        Coded(testDescription: "a coding that nobody knows", coding: "zstd", body: Array(order.utf8), kept: order),
    ]

    @Test(arguments: coded)
    func removesAContentCoding(_ coded: Coded) throws {
        let callback = try take(coded.body, by: intake(), coding: coded.coding)

        #expect(callback.claim.orderID?.rawValue == "70a1b2c3d4e5f60718293a4b")
        #expect(callback.claim.state == .fulfilled)
        #expect(callback.decodingProblem == nil)
        #expect(String(decoding: callback.body, as: UTF8.self) == coded.kept)
    }

    @Test(arguments: [
        ("zstd", [0x28, 0xB5, 0x2F, 0xFD, 1, 2, 3] as [UInt8], "callback_unknown_coding"),
        ("gzip, br", [1, 2, 3], "callback_unknown_coding"), ("gzip", [1, 2, 3], "callback_broken_coding"),
        ("deflate", [0xFF, 0xFF], "callback_broken_coding"), ("gzip", [0x1F, 0x8B], "callback_broken_coding"),
        ("gzip", Array(gzipped.prefix(15)), "callback_broken_coding"),
    ])
    func takesWhatItCannotDecompressAsItIs(coding: String, body: [UInt8], problem: String) throws {
        let callback = try take(body, by: intake(), coding: coding)

        #expect(callback.decodingProblem == problem)
        #expect(callback.claim == CallbackClaim())
    }

    @Test func findsTheIDInAStreamThatBreaksOff() throws {
        let callback = try take(Array(Self.gzipped.dropLast(12)), by: intake(), coding: "gzip")

        #expect(callback.claim.orderID?.rawValue == "70a1b2c3d4e5f60718293a4b")
        #expect(callback.decodingProblem == "callback_broken_coding")
    }

    @Test func keepsTheBeginningOfWhatExpandsBeyondTheLimit() throws {
        let callback = try take(Self.gzipped, by: intake(limits: IntakeLimits(maxBodyBytes: 60)), coding: "gzip")

        #expect(callback.body == Array(Self.order.utf8.prefix(60)))
        #expect(callback.claim.orderID?.rawValue == "70a1b2c3d4e5f60718293a4b")
        #expect(callback.decodingProblem == "callback_too_large")
    }

    @Test func readsTheBeginningOfABodyThatWasTooLong() throws {
        let callback = try take(Array(Self.order.utf8.prefix(80)), by: intake(), isCut: true)

        #expect(callback.claim.orderID?.rawValue == "70a1b2c3d4e5f60718293a4b")
        #expect(callback.decodingProblem == "callback_too_large")
    }

    @Test func keepsOnlyTheClaimOfWhatAnOrderSendsBeyondItsAllowance() throws {
        let intake = intake(limits: IntakeLimits(bodyBytesPerOrder: 3000))
        let body = Array((Self.order.dropLast() + #","x":"\#(String(repeating: "x", count: 1900))"}"#).utf8)

        let first = try take(body, by: intake)
        let second = try take(body, by: intake, type: "text/plain")

        #expect(first.body == body)
        #expect(second.claim == first.claim)
        #expect(String(decoding: second.body, as: UTF8.self) == Self.claimAlone)
        #expect(second.contentType == "application/json")
        #expect(second.decodingProblem == "callback_over_allowance")
    }

    private static let claimAlone = #"{"_id":"70a1b2c3d4e5f60718293a4b","stato_richiesta":"Visura evasa"}"#

    @Test func tellsOfABodyThatNobodyUnderstandsWithoutAnyOfIt() throws {
        let lines = LogLines()

        _ = try take(
            Array("RSSMRA80A01H501U".utf8),
            by: intake(logger: lines.logger()),
            type: "text/x-odd\u{1b}[31m; charset=RSSMRA80A01H501U"
        )

        let line = try #require(lines.all.first { $0.contains("Undecodable callback") })
        #expect(line.hasPrefix("warning"))
        #expect(line.contains("callback_no_order"))
        #expect(line.contains("text/x-odd[31m"))
        #expect(line.contains(try Sample.nonce().rawValue))
        #expect(!lines.all.joined().contains("RSSMRA80A01H501U"))
    }

    @Test func leavesTheLogReadableInAFloodOfSuchBodies() throws {
        let lines = LogLines()
        let intake = intake(logger: lines.logger())

        for _ in 0..<50 { _ = try take([1, 2, 3], by: intake) }

        #expect(lines.all.count { $0.contains("Undecodable callback") } == 10)
    }

    @Test func tellsNothingOfABodyWhoseOrderWasFound() throws {
        let lines = LogLines()

        _ = try take(Array((Self.order.dropLast() + ",}").utf8), by: intake(logger: lines.logger()))

        #expect(!lines.all.contains { $0.hasPrefix("warning") })
    }

    @Test(arguments: [nil, "gzip"])
    func isAsStrictAsEverWithoutATokenInTheHead(coding: String?) throws {
        let intake = intake()
        guard
            case .admitted(let admitted) = intake.admit(
                path: "/callbacks",
                peer: [192, 0, 2, 1],
                forwardedFor: []
            )
        else { throw CancellationError() }
        let token = keys.mint(try Sample.nonce())
        let answers = Mutex<[IntakeAnswer]>([])

        intake.take(
            admitted,
            body: Array(#"{"_id":"id1","callback_data":{"data":{"ricevuta":"\#(token)"}},}"#.utf8),
            contentType: nil,
            coding: coding
        ) { answer in answers.withLock { $0.append(answer) } }

        #expect(answers.withLock { $0 } == [.unauthorized])
        #expect(journal.recorded.isEmpty)
    }
}
