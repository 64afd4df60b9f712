import Testing

@testable import BaseKit
@testable import Visengine

/// What came with a good token is read as far as it can be.
@Suite(.timeLimit(.minutes(1))) struct CallbackReadingTests {
    struct Body: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var contentType: String?
        var bytes: [UInt8]
        var code: String?

        init(_ testDescription: String, _ contentType: String?, _ bytes: [UInt8], _ code: String?) {
            self.testDescription = testDescription
            self.contentType = contentType
            self.bytes = bytes
            self.code = code
        }

        init(_ testDescription: String, _ contentType: String?, _ text: String, _ code: String?) {
            self.init(testDescription, contentType, Array(text.utf8), code)
        }
    }

    private static let order = CallbackShape.order
    private static let (json, form) = (CallbackShape.json, CallbackShape.form)
    private static let malformed = "callback_malformed_json"

    private static func utf16(_ text: String, isBig: Bool) -> [UInt8] {
        text.utf16.flatMap { isBig ? [UInt8($0 >> 8), UInt8($0 & 255)] : [UInt8($0 & 255), UInt8($0 >> 8)] }
    }

    private static func base64(_ text: String) -> String { String(decoding: Base64.encode(text.utf8), as: UTF8.self) }

    private static let multipart =
        "--x\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\n\(order.dropLast()),}\r\n--x--\r\n"

    /// Bodies that are nearly right, and say all that ``CallbackShape/claim`` says.
    static let nearlyRight: [Body] = [
        Body("half a surrogate pair", json, order.replacing("Servizio", with: #"\ud83d Servizio"#), malformed),
        Body("the other half", json, order.replacing("Servizio", with: #"\ude00"#), malformed),
        Body("a raw tab", json, order.replacing("Servizio", with: "Servizio\tprova"), malformed),
        Body("a raw line feed and a NUL", json, order.replacing("Servizio", with: "a\n\u{0}b"), malformed),
        Body("unknown escape", json, order.replacing("Servizio", with: #"C:\Servizi"#), malformed),
        Body("a trailing comma", json, order.dropLast() + ",}", malformed),
        Body("a trailing comma in a list", json, #"{"data":[\#(order),]}"#, malformed),
        Body("a trailing NUL", json, order + "\u{0}", malformed),
        Body("NaN", json, order.replacing(#""state":1"#, with: #""state":NaN"#), malformed),
        Body("minus infinity", json, order.replacing(#""state":1"#, with: #""state":-Infinity"#), malformed),
        Body(
            "a warning of PHP before it",
            json,
            "<br />\n<b>Warning</b>: foo() in /x.php\n\(order)",
            "callback_no_order"
        ),
        Body("a notice of PHP behind it", json, order + "\nNotice: done", malformed),
        Body("UTF-16 with a mark", json, [0xFF, 0xFE] + utf16(order, isBig: false), "callback_no_order"),
        Body("UTF-16 with a mark, big end first", json, [0xFE, 0xFF] + utf16(order, isBig: true), "callback_no_order"),
        Body("UTF-16 without a mark", json, utf16(order, isBig: false), malformed),
        Body("UTF-16 without a mark, big end first", json, utf16(order, isBig: true), "callback_no_order"),
        Body("base64 in a form's field", form, "data=" + base64(order), "callback_no_order"),
        Body("the same, escaped", form, "data=" + CallbackShape.escaped(base64(order)), "callback_no_order"),
        Body("base64 as the body", nil, base64(order), "callback_no_order"),
        Body("base64 in JSON", json, #"{"data":"\#(base64(order))"}"#, "callback_no_order"),
        Body(
            "nearly right in a form",
            form,
            "data=" + CallbackShape.escaped(order.dropLast() + ",}"),
            "callback_no_order"
        ),
        Body("nearly right in a part", "multipart/form-data; boundary=x", multipart, "callback_no_order"),
    ]

    @Test(arguments: nearlyRight)
    func readsWhatIsNearlyRight(_ body: Body) {
        let reading = CallbackDecoder.read(body: body.bytes, contentType: body.contentType)

        #expect(reading.claim == CallbackShape.claim)
        #expect(reading.problem?.code == body.code)
    }

    /// Bodies of which only the id can be found.
    static let idAlone: [Body] = [
        Body("cut off", json, String(order.prefix(120)), malformed),
        Body(
            "cut off in a form",
            form,
            String(("data=" + CallbackShape.escaped(order)).prefix(120)),
            "callback_no_order"
        ),
        Body("cut off in text", json, #"{"data":"\#(order.prefix(120).replacing("\"", with: "\\\""))"#, malformed),
        Body("single quotes", json, "{'_id': '70a1b2c3d4e5f60718293a4b', 'x': 1}", malformed),
        Body("XML", "text/xml", "<o><_id>70a1b2c3d4e5f60718293a4b</_id><x>1</x></o>", nil),
        Body("MongoDB's id in broken JSON", json, #"{"_id": {"$oid": "70a1b2c3d4e5f60718293a4b"}, "x": }"#, malformed),
        Body("the id of a search", json, #"{"_id":"70a1b2c3d4e5f60718293a4b_0","x":}"#, malformed),
        Body("id", json, #"{"id":"70a1b2c3d4e5f60718293a4b","x":}"#, malformed),
        Body("id_richiesta", json, #"{"id_richiesta":"70a1b2c3d4e5f60718293a4b","x":}"#, malformed),
        Body(
            "another's id beside it",
            json,
            #"{"_id":"70a1b2c3d4e5f60718293a4b","user":{"id":"aaaaaaaaaaaaaaaaaaaaaaaa"},"x":}"#,
            malformed
        ),
        Body(
            "several, of which one has documents",
            json,
            #"{"_id":"70a1b2c3d4e5f60718293a4b","allegati":["70a1b2c3d4e5f60718293a4b.pdf"],"#
                + #""b":{"_id":"\#(other)"},"x":}"#,
            malformed
        ),
    ]
    private static let other = "aaaaaaaaaaaaaaaaaaaaaaaa"

    @Test(arguments: idAlone)
    func findsAnIDInTheBytes(_ body: Body) {
        let reading = CallbackDecoder.read(body: body.bytes, contentType: body.contentType)

        #expect(reading.claim.orderID?.rawValue == "70a1b2c3d4e5f60718293a4b")
        if let code = body.code { #expect(reading.problem?.code == code) }
    }

    @Test(arguments: [
        "", "hello", "{", #"{"hash_visura":"70a1b2c3d4e5f60718293a4b70a1b2c3","x":}"#,
        #"{"_id":"70a1b2c3d4e5f60718293a4b70a1b2c3","x":}"#, #"{"_id":"70a1b2c3d4e5f60718293a4","x":}"#,
        #"{"_id":null,"x":"70a1b2c3d4e5f60718293a4b",}}"#, #"{"_id":"","x":"70a1b2c3d4e5f60718293a4b",,}"#,
        #"{"uuid":"70a1b2c3d4e5f60718293a4b","x":}"#, #"{"idx":"70a1b2c3d4e5f60718293a4b","x":}"#,
        #"{"a":{"_id":"70a1b2c3d4e5f60718293a4b"},"b":{"_id":"aaaaaaaaaaaaaaaaaaaaaaaa"},"x":}"#,
        "_id 70a1b2c3d4e5f60718293a4", "_id", "id",
    ])
    func findsNoIDWhereNoneIsClearlyTheOrders(_ body: String) {
        let reading = CallbackDecoder.read(body: Array(body.utf8), contentType: nil)

        #expect(reading.claim == CallbackClaim())
        #expect(reading.problem != nil)
    }

    @Test func addsNothingToWhatTheRulesRead() throws {
        for shape in CallbackShape.same {
            let claim = try CallbackDecoder.decode(body: shape.body, contentType: shape.contentType)
            #expect(
                CallbackDecoder.read(body: shape.body, contentType: shape.contentType) == CallbackReading(claim: claim)
            )
        }
    }

    @Test func survivesHostileBodies() {
        let bodies = [
            String(repeating: "[", count: 500_000), String(repeating: #"{"_id":"#, count: 100_000),
            String(repeating: "%", count: 500_000), String(repeating: "id ", count: 200_000),
            String(repeating: "A", count: 1_000_000), String(repeating: #"\ud83d"#, count: 100_000),
            String(repeating: "_id:70a1b2c3d4e5f60718293a4b,", count: 20_000) + "_id:aaaaaaaaaaaaaaaaaaaaaaaa",
            String(repeating: "--\n", count: 300_000), "--" + String(repeating: "-", count: 500_000),
        ]
        for body in bodies { _ = CallbackDecoder.read(body: Array(body.utf8), contentType: nil) }
    }

    @Test func writesAClaimThatReadsBackTheSame() throws {
        let claims = [
            CallbackShape.claim, CallbackClaim(), CallbackClaim(orderID: OrderID(rawValue: "7a")),
            CallbackClaim(orderID: OrderID(rawValue: "7a"), state: .unknown("In attesa di firma")),
            CallbackClaim(state: .cancelled, lastUpdate: Timestamp(seconds: 5)),
        ]
        for claim in claims {
            var expected = claim
            expected.echo = .absent
            let reading = CallbackDecoder.read(body: claim.body, contentType: nil)
            #expect(reading.claim == expected)
            #expect((reading.problem == nil) == (claim != CallbackClaim()))
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct JSONRepairTests {
    static let repaired: [(String, String)] = [
        (#"{"a":"x"}"#, #"{"a":"x"}"#), (#"{"a":1,}"#, #"{"a":1}"#), ("[1, ]", "[1 ]"), ("[1,2,\n]", "[1,2\n]"),
        (#"["\ud83d"]"#, #"["\uFFFD"]"#), (#"["\ud83d\ude00"]"#, #"["\ud83d\ude00"]"#),
        (#"["\ud83d\n"]"#, #"["\uFFFD\n"]"#),
        ("[\"\t\u{1f}\"]", #"["\u0009\u001f"]"#), (#"["\x"]"#, #"["\\x"]"#), (#"["\u12"]"#, #"["\\u12"]"#),
        ("[NaN,-Infinity,undefined]", "[null,null,null]"), (#"["NaN,]"]"#, #"["NaN,]"]"#), ("[1]\u{0}\u{0}", "[1]"),
        (#"["a\"#, #"["a\\"#),
    ]

    @Test(arguments: repaired)
    func putsRightTheUsualMistakes(_ text: String, _ repaired: String) {
        #expect(String(decoding: JSONRepair.repaired(Array(text.utf8)[...]), as: UTF8.self) == repaired)
    }

    @Test func throwsWhatTheStrictReadingThrows() {
        for text in ["{", "[1 2]", #"{"a"}"#, "[NaNa]", #"["\ud83d""#] {
            let strict = Result { try JSONValue(parsing: Array(text.utf8)) }
            let lax = Result { try JSONValue(parsingLeniently: Array(text.utf8)) }
            guard case .failure(let expected as JSONParsingError) = strict, case .failure(let found) = lax else {
                Issue.record("\(text) was accepted")
                continue
            }
            #expect(found as? JSONParsingError == expected)
        }
    }
}
