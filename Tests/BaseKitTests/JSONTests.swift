import BaseKit
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct JSONTests {
    struct Valid: Sendable, CustomTestStringConvertible {
        var text: String
        var value: JSONValue
        init(_ text: String, _ value: JSONValue) { (self.text, self.value) = (text, value) }
        var testDescription: String { text }
    }

    @Test(arguments: [
        Valid("null", nil), Valid(" true\n", true), Valid("[ ]", []), Valid("{ }", [:]),
        Valid("-0.5e+10", .number("-0.5e+10")), Valid("12.70", .number("12.70")),
        Valid(#""\/\b\f\n\r\t\"\\""#, "/\u{8}\u{C}\n\r\t\"\\"),
        Valid(#""é\u00e9\u20AC\ud83d\ude00""#, "éé€😀"),
        Valid(#"{"a":[1,{"b":null}],"c":"d"}"#, ["a": [1, ["b": nil]], "c": "d"]),
        Valid(#"{"a":1,"b":2,"a":3}"#, ["a": 3, "b": 2]),
        Valid(#""\u0000""#, "\0"),
    ])
    func parsesWhatIsJSON(_ example: Valid) throws {
        #expect(try JSONValue(parsing: Array(example.text.utf8)) == example.value)
    }

    struct Invalid: Sendable, CustomTestStringConvertible {
        var text: String
        var error: JSONParsingError
        init(_ text: String, _ reason: JSONParsingError.Reason, _ offset: Int) {
            (self.text, error) = (text, JSONParsingError(reason, at: offset))
        }
        var testDescription: String { text }
    }

    @Test(arguments: [
        Invalid("", .unexpectedEnd, 0), Invalid("  ", .unexpectedEnd, 2), Invalid("nul", .unexpectedEnd, 3),
        Invalid("nulL", .unexpectedByte, 3), Invalid("[1,]", .unexpectedByte, 3), Invalid("[1 2]", .unexpectedByte, 3),
        Invalid("{a:1}", .unexpectedByte, 1), Invalid(#"{"a" 1}"#, .unexpectedByte, 5),
        Invalid(#"{"a":1,}"#, .unexpectedByte, 7), Invalid("01", .invalidNumber, 1), Invalid("1.", .invalidNumber, 2),
        Invalid("-", .invalidNumber, 1), Invalid("1e", .invalidNumber, 2), Invalid("+1", .unexpectedByte, 0),
        Invalid(".5", .unexpectedByte, 0), Invalid("NaN", .unexpectedByte, 0), Invalid("1 2", .trailingContent, 2),
        Invalid(#""\x""#, .invalidEscape, 2), Invalid(#""\u12g4""#, .invalidEscape, 5),
        Invalid(#""\ud83d""#, .loneSurrogate, 3), Invalid(#""\ude00""#, .loneSurrogate, 3),
        Invalid(#""\ud83d\u0041""#, .loneSurrogate, 3), Invalid("\"a\nb\"", .controlCharacter, 2),
        Invalid(#""abc"#, .unexpectedEnd, 4), Invalid(#""abc\"#, .unexpectedEnd, 5), Invalid("[", .unexpectedEnd, 1),
        Invalid("'a'", .unexpectedByte, 0), Invalid("\u{FEFF}1", .unexpectedByte, 0),
    ])
    func refusesWhatIsNotJSONAndSaysWhere(_ example: Invalid) {
        #expect(throws: example.error) { try JSONValue(parsing: Array(example.text.utf8)) }
    }

    @Test(arguments: [
        [0x22, 0xC3, 0x22], [0x22, 0xFF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xC0, 0xAF, 0x22],
    ])
    func refusesTextThatIsNotUTF8(_ bytes: [UInt8]) {
        #expect(throws: JSONParsingError(.invalidUTF8, at: 1)) { try JSONValue(parsing: bytes) }
    }

    @Test func limitsDepthAndMembers() throws {
        let deepest = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(throws: Never.self) { try JSONValue(parsing: Array(deepest.utf8)) }
        #expect(throws: JSONParsingError(.tooDeep, at: 64)) {
            try JSONValue(parsing: [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000))
        }
        #expect(throws: JSONParsingError(.tooManyMembers, at: 7)) {
            try JSONValue(parsing: Array("[1,2,3,4]".utf8), limits: JSONValue.Limits(members: 3))
        }
    }

    @Test func keepsTheLastOfEqualNamesInLargeObjectsToo() throws {
        let members = (0..<100).map { #""k\#($0 % 50)":\#($0)"# }.joined(separator: ",")

        let object = try #require(JSONValue(parsing: Array("{\(members)}".utf8)).object)

        #expect(object.count == 50)
        #expect(object["k7"] == 57)
        #expect(object.members.first?.key == "k0")
    }

    @Test func writesWhatItReads() throws {
        let text = #"{"b":[1.50,"é\"\\\n\u0001/"],"a":{},"c":[],"d":false}"#
        let value = try JSONValue(parsing: Array(text.utf8))

        #expect(String(decoding: value.encoded(), as: UTF8.self) == text)
        #expect(
            String(decoding: value.encoded(sortedKeys: true), as: UTF8.self)
                == #"{"a":{},"b":[1.50,"é\"\\\n\u0001/"],"c":[],"d":false}"#
        )
        let small: JSONValue = ["a": [1], "b": [:]]
        #expect(
            String(decoding: small.encoded(pretty: true), as: UTF8.self)
                == "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}"
        )
    }

    @Test func readsNumbersFromTextAndObjectsFromEmptyLists() {
        #expect(JSONValue.string("10206").int64 == 10206)
        #expect(JSONValue.number("1.0e3").int64 == 1000)
        #expect(JSONValue.number("1.5").int64 == nil)
        #expect(JSONValue.number("99999999999999999999").int64 == nil)
        #expect(JSONValue.string("nan").double == nil)
        #expect(JSONValue.string("12x").int64 == nil)
        #expect(JSONValue.array([]).object == JSONObject())
        #expect(JSONValue.array([1]).object == nil)
        #expect(JSONValue.number("1").bool == true)
        #expect(JSONValue.string("0").bool == false)
    }

    @Test func changesMembersInPlace() {
        var object: JSONObject = ["a": 1, "b": 2]

        object["a"] = 3
        object["c"] = 4
        object["b"] = nil

        #expect(object == ["a": 3, "c": 4])
    }

    @Test func neverCrashes() {
        var generator = SeededGenerator(seed: 2)
        let seed = Array(#"{"a":[1,-2.5e3,"\ud83d\ude00é",{"b":null,"c":[true,false]}],"d":{}}"#.utf8)
        for _ in 0..<20_000 {
            // Only that it returns counts.
            guard let value = try? JSONValue(parsing: generator.mutated(seed)) else { continue }
            #expect((try? JSONValue(parsing: value.encoded())) == value)
        }
    }
}
