import BaseKit
import TestSupport
import Testing

@testable import Visengine

extension CallbackShape: CustomTestStringConvertible {
    var testDescription: String { name }
}

@Suite(.timeLimit(.minutes(1))) struct CallbackDecoderTests {
    @Test(arguments: CallbackShape.same)
    func readsTheSameFactFromEveryShape(_ shape: CallbackShape) throws {
        let claim = try CallbackDecoder.decode(body: shape.body, contentType: shape.contentType)

        #expect(claim == CallbackShape.claim)
    }

    struct Echo: Sendable, CustomTestStringConvertible {
        var data: String
        var echo: CallbackEcho
        var testDescription: String { data }
    }

    @Test(arguments: [
        Echo(data: "false", echo: .absent), Echo(data: "null", echo: .absent),
        Echo(data: #"{"url":"u"}"#, echo: .absent),
        Echo(data: #"{"data":[]}"#, echo: .absent), Echo(data: #"{"data":{}}"#, echo: .absent),
        Echo(data: #"{"data":{"order":"A-42"}}"#, echo: .foreign), Echo(data: #"{"data":"A-42"}"#, echo: .foreign),
        Echo(data: #"{"data":{"ricevuta":7}}"#, echo: .foreign),
        Echo(data: #"{"data":{"x":1,"ricevuta":"t"}}"#, echo: .token("t")),
        Echo(data: #"{"data":"{\"ricevuta\":\"t\"}"}"#, echo: .token("t")),
    ])
    func tellsOurDataFromThatOfOthers(_ example: Echo) throws {
        let body =
            #"{"_id":"70a1b2c3d4e5f60718293a4b","stato_richiesta":"In ricerca","callback_data":\#(example.data)}"#

        let claim = try CallbackDecoder.decode(body: Array(body.utf8), contentType: nil)

        #expect(claim.echo == example.echo)
        #expect(claim.state == .searching)
    }

    @Test func keepsAStateThatNobodyKnows() throws {
        let claim = try CallbackDecoder.decode(
            body: Array(#"{"_id":"70a1b2c3d4e5f60718293a4b","stato_richiesta":"In attesa di firma"}"#.utf8),
            contentType: nil
        )

        #expect(claim.state == .unknown("In attesa di firma"))
    }

    @Test func takesStateForANameOnlyWhenItIsOne() throws {
        let draft = try CallbackDecoder.decode(
            body: Array(#"{"_id":"70a1b2c3d4e5f60718293a4b","state":"1"}"#.utf8),
            contentType: nil
        )
        let successor = try CallbackDecoder.decode(
            body: Array(
                (#"{"data":{"id":"7a","state":"DONE","timestamps":{"lastUpdate":5},"#
                    + #""callback":{"data":{"ricevuta":"t"}}}}"#).utf8
            ),
            contentType: "application/json"
        )

        #expect(draft.state == nil)
        #expect(successor.state == .fulfilled)
        #expect(successor.lastUpdate == Timestamp(seconds: 5))
        #expect(successor.echo == .token("t"))
    }

    @Test func acceptsABodyWithOurTokenAlone() throws {
        let claim = try CallbackDecoder.decode(body: Array(#"{"custom":{"ricevuta":"t"}}"#.utf8), contentType: nil)

        #expect(claim == CallbackClaim(echo: .token("t")))
    }

    @Test func readsOldTextWithoutBreaking() throws {
        let latin = Array(#"{"_id":"70a1b2c3d4e5f60718293a4b","nome":"Societ"#.utf8) + [0xE0] + Array(#""}"#.utf8)

        let claim = try CallbackDecoder.decode(body: latin, contentType: "application/json; charset=ISO-8859-1")

        #expect(claim.orderID?.rawValue == "70a1b2c3d4e5f60718293a4b")
    }

    static let refused: [(String, CallbackDecodingError)] = [
        ("", CallbackDecodingError.empty), (" \r\n", .empty), ("{}", .noOrder), ("[]", .noOrder), ("hello", .noOrder),
        (#"{"success":true}"#, .noOrder), ("a=1&b=2", .noOrder), ("&&&", .malformedForm(.noFields)),
        ("{", .malformedJSON(JSONParsingError(.unexpectedEnd, at: 1))),
        ("a" + String(repeating: "[b]", count: 20) + "=1", .malformedForm(.tooDeep(limit: 16))),
        (String(repeating: "a=1&", count: 5000), .malformedForm(.tooManyFields(limit: 4096))),
    ]

    @Test(arguments: refused)
    func saysWhyABodyIsRefused(_ body: String, _ error: CallbackDecodingError) {
        #expect(throws: error) { try CallbackDecoder.decode(body: Array(body.utf8), contentType: nil) }
    }

    @Test func neverShowsTheBodyInAnError() {
        let secret = "RSSMRA"
        for body in [#"{"cf":"\#(secret)"#, #"{"cf":"\#(secret)"}"#, "cf=\(secret)"] {
            do {
                _ = try CallbackDecoder.decode(body: Array(body.utf8), contentType: nil)
                Issue.record("\(body.utf8.count) bytes were accepted")
            } catch {
                #expect(!String(reflecting: error).contains(secret))
                #expect(!"\(error)".contains(secret))
            }
        }
    }

    @Test func survivesDamagedBodies() {
        var generator = SeededGenerator(seed: 20)
        for shape in CallbackShape.same {
            for _ in 0..<400 {
                // Accepted or refused, either is right: only that it returns counts.
                _ = try? CallbackDecoder.decode(
                    body: generator.mutated(shape.body),
                    contentType: Bool.random(using: &generator) ? shape.contentType : nil
                )
            }
        }
    }

    @Test func survivesHostileBodies() {
        let bodies = [
            String(repeating: "[", count: 500_000), String(repeating: #"{"data":"#, count: 100_000),
            String(repeating: "%", count: 500_000), "a" + String(repeating: "[", count: 500_000) + "=1",
            String(repeating: "=", count: 500_000), #"{"data":"\#(String(repeating: #"\\\""#, count: 100_000))"}"#,
        ]
        for body in bodies {
            #expect(throws: CallbackDecodingError.self) {
                try CallbackDecoder.decode(body: Array(body.utf8), contentType: nil)
            }
        }
    }

    @Test func readsPlainOrdersLikeAnyOther() throws {
        var generator = SeededGenerator(seed: 7)
        let more = [
            #"{"data":{"_id":"7a","ricerche":[],"data":{"ricevuta":"t"}},"callback_data":{"data":{"ricevuta":"u"}}}"#,
            #"{"stato_richiesta":"Annullata","data":{"order":"A-42"},"\u005fid":"7a"}"#,
            #"{"data":{"hash_visura":1,"x":{"y":[1,2,{"z":"\ud83d\ude00"}]}},"#
                + #""data":{"_id":"7b","stato_richiesta":"à"}}"#,
            #"{"data":[],"timestamp_last_update":7,"_id":"7a","stato":"evaso"}"#,
        ]
        let bodies = CallbackShape.same.map(\.body) + more.map { Array($0.utf8) }
        var plain = 0
        for round in 0..<200 {
            for body in bodies {
                let body = round == 0 ? body : generator.mutated(body)
                let whole = Result { try JSONValue(parsing: body) }
                let part = Result { try PlainOrder(in: body)?.claim() }
                switch (whole, part) {
                case (.failure(let expected), .failure(let found)):
                    #expect(found as? JSONParsingError == expected as? JSONParsingError)
                case (_, .success(nil)): continue  // No object, or none that is plainly an order.
                case (.success(let whole), .success(let claim?)):
                    plain += 1
                    #expect(claim == OrderLocator(root: whole).claim(), "\(String(decoding: body, as: UTF8.self))")
                default: Issue.record("only one of two readings failed: \(String(decoding: body, as: UTF8.self))")
                }
            }
        }
        #expect(plain > 300)
    }
}
