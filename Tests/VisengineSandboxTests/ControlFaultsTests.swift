import BaseKit
import Testing
import VisengineSandbox

/// `/sandbox/faults`.
@Suite(.timeLimit(.minutes(1)))
struct ControlFaultsTests {
    static let none: JSONValue = [
        "duplicates": 0, "reverse": false, "delayMilliseconds": 0, "silent": false, "claimedState": nil,
        "lostPlacings": 0, "failures": [], "document": nil, "slow": nil, "quirks": [],
    ]

    static let all: JSONValue = [
        "duplicates": 2, "reverse": true, "delayMilliseconds": 500, "silent": true, "claimedState": "Visura evasa",
        "lostPlacings": 1,
        "failures": [
            ["call": "document", "status": 429, "error": nil, "message": "", "times": 2, "retryAfter": 1],
            ["call": nil, "status": 500, "error": 7, "message": "x", "times": 1, "retryAfter": nil],
        ],
        "document": ["fault": "truncatedBase64", "times": 1],
        "slow": ["calls": ["document", "item"], "pieceBytes": 1024, "pauseMilliseconds": 10],
        "quirks": ["multipart", "trace"],
    ]

    @Test func faultsAreSetReadAndTakenBack() async throws {
        try await withSandbox { wire in
            #expect(try await wire.control("faults").json == Self.none)
            #expect(try await wire.control("faults", Self.all).json == Self.all)
            #expect(try await wire.control("faults").json == Self.all)
            let deleted = try await wire.send(.delete, "/sandbox/faults", token: nil)
            #expect(deleted.json == Self.none)
            #expect(try await wire.control("faults").json == Self.none)
        }
    }

    /// What is written as JSON is what the code would set.
    @Test func theMembersMeanWhatTheySay() async throws {
        try await withSandbox { wire in
            _ = try await wire.control("faults", Self.all)
            var faults = SandboxFaults()
            wire.sandbox.setFaults { faults = $0 }

            var expected = SandboxFaults()
            expected.duplicates = 2
            expected.reversesCallbacks = true
            expected.callbackDelay = .milliseconds(500)
            expected.sendsNoCallbacks = true
            expected.claimedState = "Visura evasa"
            expected.lostPlacings = 1
            expected.failures = [
                CallFailure(call: .document, status: 429, times: 2, retryAfter: 1),
                CallFailure(status: 500, error: 7, message: "x"),
            ]
            (expected.document, expected.documentTimes) = (.truncatedBase64, 1)
            expected.slowBody = SlowBody(calls: [.document, .item], pieceBytes: 1024, pause: .milliseconds(10))
            expected.quirks = [.trace, .multipart]
            #expect(faults == expected)
        }
    }

    @Test(arguments: all.object?.members.map(\.key) ?? [])
    func onlyWhatIsNamedChanges(key: String) async throws {
        try await withSandbox { wire in
            _ = try await wire.control("faults", Self.all)
            let value = try #require(Self.none[key])

            let changed = try await wire.control("faults", [key: value])

            var expected = try #require(Self.all.object)
            expected[key] = value
            #expect(changed.json == .object(expected))
        }
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        var body: JSONValue
        var detail: String
        var testDescription: String { String(decoding: body.encoded(), as: UTF8.self) }
    }

    static let refused = [
        Refused(body: ["duplicate": 1], detail: "unknown fault duplicate"),
        Refused(body: ["duplicates": -1], detail: "duplicates must be a whole number, 0 to 1000000"),
        Refused(body: ["delayMilliseconds": 1.5], detail: "delayMilliseconds must be a whole number, 0 to 1000000"),
        Refused(body: ["lostPlacings": nil], detail: "lostPlacings must be a whole number, 0 to 1000000"),
        Refused(body: ["silent": "yes"], detail: "silent must be true or false"),
        Refused(body: ["claimedState": 7], detail: "claimedState must be a string"),
        Refused(body: ["failures": ["status": 500]], detail: "failures must be a list"),
        Refused(body: ["failures": [[:]]], detail: "failures[].status must be an HTTP status from 300 to 599"),
        Refused(
            body: ["failures": [["status": 200]]],
            detail: "failures[].status must be an HTTP status from 300 to 599"
        ),
        Refused(
            body: ["failures": [["status": 500, "times": "often"]]],
            detail: "times must be a whole number, 0 to 1000000"
        ),
        Refused(
            body: ["failures": [["status": 500, "retryAfter": -1]]],
            detail: "retryAfter must be a whole number, 0 to 1000000"
        ),
        Refused(
            body: ["failures": [["status": 500, "call": "visure"]]],
            detail: "a call must be one of catalogue, item, place, orders, order, updateDraft, addSearch, "
                + "chooseSearchResult, document, cancel, suppliers"
        ),
        Refused(
            body: ["document": ["fault": "burnt"]],
            detail: "document.fault must be one of truncatedBase64, wrongLength, cutOff, brokenStructure"
        ),
        Refused(body: ["slow": 5], detail: "slow must be an object"),
        Refused(body: ["quirks": "trace"], detail: "quirks must be a list"),
        Refused(
            body: ["quirks": ["odd"]],
            detail: "a quirk must be one of plainID, numericCode, emptyObjectAsList, escapedSlashes, "
                + "wrongContentType, multipart, sizeAsText, trace, equalDocuments"
        ),
    ]

    @Test(arguments: refused)
    func nonsenseIsRefusedAndChangesNothing(_ sample: Refused) async throws {
        try await withSandbox { wire in
            var body: JSONObject = ["reverse": true]
            for member in sample.body.object?.members ?? [] { body[member.key] = member.value }

            let answer = try await wire.control("faults", .object(body))

            #expect(answer.status == 400)
            #expect(answer.json["detail"] == .string(sample.detail))
            #expect(try await wire.control("faults").json == Self.none)
        }
    }
}
