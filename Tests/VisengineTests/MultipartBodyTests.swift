import BaseKit
import TestSupport
import Testing

@testable import Visengine

/// One multipart body, as one HTTP client or another writes it.
struct MultipartShape: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var contentType: String?
    var body: [UInt8]

    init(_ testDescription: String, _ contentType: String?, _ lines: [String], lineEnd: String = "\r\n") {
        self.testDescription = testDescription
        self.contentType = contentType
        body = Array(lines.joined(separator: lineEnd).utf8)
    }

    private static let order = CallbackShape.order
    private static let curl = "------------------------a3c5f1b27d9e4608"

    /// Shapes that all say what ``CallbackShape/claim`` says.
    static let same: [MultipartShape] = [
        MultipartShape(
            "PHP's curl with an array of fields",
            "multipart/form-data; boundary=\(curl)",
            ["--\(curl)", #"Content-Disposition: form-data; name="data""#, "", order, "--\(curl)--", ""]
        ),
        MultipartShape(
            "Guzzle",
            "multipart/form-data; boundary=5b2f0c7d",
            [
                "--5b2f0c7d", #"Content-Disposition: form-data; name="data""#, "Content-Length: \(order.utf8.count)",
                "",
                order, "--5b2f0c7d--", "",
            ]
        ),
        MultipartShape(
            "requests with a file",
            "multipart/form-data; boundary=0f1e2d3c",
            [
                "--0f1e2d3c", #"Content-Disposition: form-data; name="data"; filename="data.json""#,
                "Content-Type: application/json", "", order, "--0f1e2d3c--", "",
            ]
        ),
        MultipartShape(
            "Node with other fields and a binary file",
            "multipart/form-data; boundary=----formdata-undici-0123",
            [
                "------formdata-undici-0123", #"Content-Disposition: form-data; name="a""#, "", "1",
                "------formdata-undici-0123", #"Content-Disposition: form-data; name="scan"; filename="a %22b%22.pdf""#,
                "Content-Type: application/octet-stream", "", "%PDF \u{1}\u{2}", "------formdata-undici-0123",
                #"Content-Disposition: form-data; name="data""#, "", order, "------formdata-undici-0123--", "",
            ]
        ),
        MultipartShape(
            "a quoted boundary, other parameters, a preamble and an epilogue",
            #"Multipart/Form-Data; charset=UTF-8; boundary="a b:c""#,
            [
                "ignored", "--a b:c  ", "content-disposition: form-data; filename=x; name=data", "", order, "--a b:c--",
                "ignored, too",
            ]
        ),
        MultipartShape(
            "bare line feeds",
            "multipart/form-data; boundary=x",
            ["--x", #"Content-Disposition: form-data; name="data""#, "", order, "--x--"],
            lineEnd: "\n"
        ),
        MultipartShape(
            "no last boundary",
            "multipart/form-data; boundary=x",
            ["--x", #"Content-Disposition: form-data; name="data""#, "", order]
        ),
        MultipartShape(
            "no content type",
            nil,
            ["--x", #"Content-Disposition: form-data; name="data""#, "", order, "--x--", ""]
        ),
        MultipartShape(
            "another boundary than that of the content type",
            "multipart/form-data; boundary=y",
            ["--x", #"Content-Disposition: form-data; name="data""#, "", order, "--x--", ""]
        ),
        MultipartShape(
            "base64",
            "multipart/form-data; boundary=x",
            [
                "--x", #"Content-Disposition: form-data; name="data""#, "Content-Transfer-Encoding: base64", "",
                String(decoding: Base64.encode(Array(order.utf8)), as: UTF8.self), "--x--", "",
            ]
        ),
        MultipartShape(
            "PHP's nested names",
            "multipart/form-data; boundary=x",
            nested.flatMap { ["--x", #"Content-Disposition: form-data; name="data\#($0.0)""#, "", $0.1] } + [
                "--x--", "",
            ]
        ),
    ]

    private static let nested = [
        ("[_id]", "70a1b2c3d4e5f60718293a4b"), ("[stato_richiesta]", "Dati disponibili"),
        ("[timestamp_last_update]", "1750000007"), ("[ricerche][0][id_ricerca]", "70a1b2c3d4e5f60718293a4b_0"),
        ("[ricerche][0][stato_ricerca]", "Ricerca evasa"), ("[callback_data][data][ricevuta]", CallbackShape.token),
    ]
}

@Suite(.timeLimit(.minutes(1))) struct MultipartBodyTests {
    @Test(arguments: MultipartShape.same)
    func readsTheSameFactFromEveryClient(_ shape: MultipartShape) throws {
        #expect(
            try CallbackDecoder.decode(body: shape.body, contentType: shape.contentType) == CallbackShape.claim
        )
    }

    static let names: [(String, JSONValue)] = [
        (#"name="a""#, ["a": "1"]), ("name=a", ["a": "1"]), (#"filename="b"; NAME = "a""#, ["a": "1"]),
        (#"name="a%22b""#, [#"a"b"#: "1"]), (#"name="a\"b\\c""#, [#"a"b\c"#: "1"]), (#"name="a;b""#, ["a;b": "1"]),
        (#"name="a[b][]""#, ["a": ["b": ["1"]]]), (#"name="""#, ["": "1"]), (#"name="è""#, ["è": "1"]),
        (#"name="a"#, ["a": "1"]),
    ]

    @Test(arguments: names)
    func readsNames(_ parameters: String, _ value: JSONValue) throws {
        let body = "--x\r\nContent-Disposition: form-data; \(parameters)\r\n\r\n1\r\n--x--"

        #expect(.object(try MultipartBody(parsing: Array(body.utf8)[...], contentType: nil).object) == value)
    }

    @Test func keepsAllOfAValueButItsLineEnd() throws {
        let body = "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n --xy\r\n\r\n\r\n--x--"

        let object = try MultipartBody(parsing: Array(body.utf8)[...], contentType: nil).object

        #expect(object["a"] == "\r\n --xy\r\n\r\n")
    }

    static let refused: [(String, FormDecodingError)] = [
        ("--x", .noFields), ("--x\r\n--x--", .noFields), ("--x\r\nno header\r\n--x--", .noFields),
        (
            "--x\r\n" + String(repeating: "a: b\r\n", count: 2000)
                + "Content-Disposition: form-data; name=a\r\n\r\n1\r\n--x--", .noFields
        ),
        (
            String(repeating: "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n", count: 1025),
            .tooManyFields(limit: 1024)
        ),
        (
            "--x\r\nContent-Disposition: form-data; name=\"a\(String(repeating: "[b]", count: 20))\"\r\n\r\n1\r\n--x--",
            .tooDeep(limit: 16)
        ),
    ]

    @Test(arguments: refused)
    func hasLimits(_ body: String, _ error: FormDecodingError) {
        #expect(throws: error) { try MultipartBody(parsing: Array(body.utf8)[...], contentType: nil) }
    }

    @Test func saysThatItIsNotMultipart() {
        #expect(throws: CallbackDecodingError.malformedMultipart(.noFields)) {
            try CallbackDecoder.decode(body: Array("hello".utf8), contentType: "multipart/form-data; boundary=x")
        }
    }

    @Test func survivesDamagedBodies() {
        var generator = SeededGenerator(seed: 31)
        for shape in MultipartShape.same {
            for _ in 0..<200 {
                // Accepted or refused, either is right: only that it returns counts.
                _ = CallbackDecoder.read(body: generator.mutated(shape.body), contentType: shape.contentType)
            }
        }
    }
}
