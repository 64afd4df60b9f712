import BaseKit
import RicevutaCore
import Sinks
import Testing

@testable import RicevutaConfiguration

@Suite("what the table of keys says of itself")
struct ConfigurationDocumentTests {
    @Test("the schema is JSON and has every key with its comment")
    func schema() throws {
        let schema = try JSONValue(parsing: Array(ConfigurationDocument.schema(sinkTypes: SinkTypes.all).utf8))
        #expect(schema["$schema"]?.string == "https://json-schema.org/draft/2020-12/schema")
        #expect(schema["$id"]?.string == "urn:ricevuta:configuration")
        try expect(schema, has: ConfigurationTable(sinkTypes: SinkTypes.all).keys)
        #expect(schema["required"]?.array?.compactMap(\.string) == ["provider", "tokens"])
        let port = schema["properties"]?["listener"]?["properties"]?["port"]
        #expect(port?["default"] == 8080 && port?["minimum"] == 0 && port?["maximum"] == 65_535)
        #expect(schema["properties"]?["provider"]?["properties"]?["token"]?["$ref"] == "#/$defs/secret")
        let secret = schema["$defs"]?["secret"]?["properties"]?.object?.members.map(\.key)
        #expect(secret == ["fromEnvironment", "fromFile", "fromCredential"])
        let sinks = schema["properties"]?["sinks"]?["items"]?["allOf"]?.array
        #expect(sinks?.map { $0["then"]?["required"] } == [["path"], ["url", "secrets"]])
    }

    private func expect(_ schema: JSONValue, has keys: [SettingKey], isOpen: Bool = false) throws {
        #expect(schema["additionalProperties"]?.bool == (isOpen ? Bool?.none : false))
        #expect(schema["properties"]?.object?.members.map(\.key) == keys.map(\.name))
        for key in keys {
            let property = try #require(schema["properties"]?[key.name])
            #expect(property["description"]?.string == key.comment && !key.comment.isEmpty)
            switch key.kind {
            case .section(let keys): try expect(property, has: keys)
            case .list(.section(let keys), _): try expect(#require(property["items"]), has: keys)
            case .list(.typed(let section), _):
                let items = try #require(property["items"])
                #expect(items["unevaluatedProperties"] == false)
                try expect(items, has: section.common, isOpen: true)
                for (place, variant) in section.variants.enumerated() {
                    let condition = try #require(items["allOf"]?.array?[place])
                    #expect(condition["if"]?["properties"]?["type"]?["const"]?.string == variant.name)
                    try expect(#require(condition["then"]), has: variant.keys, isOpen: true)
                }
            default: break
            }
        }
    }

    @Test("the example says each default with its comment, and no secret inline")
    func example() {
        let example = ConfigurationDocument.example(sinkTypes: SinkTypes.all)
        #expect(example.hasPrefix("# yaml-language-server: $schema=ricevuta.schema.json\n"))
        #expect(example.contains("\n  # Port; 0 picks a free one.\n  port: 8080\n"))
        #expect(example.contains("\n  #publicURL: https://callbacks.example.com\n"))
        #expect(example.contains("\n  token: {fromEnvironment: RICEVUTA_PROVIDER_TOKEN}\n"))
        #expect(example.contains("\n#    url: http://127.0.0.1:8091/\n"))
        #expect(example.split(separator: "\n").allSatisfy { $0.count <= 120 && !$0.hasSuffix(" ") })
    }

    @Test(
        "durations",
        arguments: [
            ("500ms", .milliseconds(500)), ("30s", .seconds(30)), ("5m", .seconds(300)), ("2h", .seconds(7200)),
            ("1d", .seconds(86_400)), ("0s", .zero), ("30", nil), ("", nil), ("s", nil), ("-1s", nil), ("1.5s", nil),
            ("1 s", nil), ("1S", nil), ("1h30m", nil), ("99999999999999999999s", nil), ("9223372036854775807d", nil),
        ] as [(String, Duration?)]
    )
    func durations(_ text: String, _ duration: Duration?) {
        #expect(Quantity.duration(text) == duration)
        if let duration { #expect(Quantity.text(duration) == text) }
    }

    @Test(
        "sizes",
        arguments: [
            ("8MiB", 8 << 20), ("256KiB", 256 << 10), ("1GiB", 1 << 30), ("1TiB", 1 << 40), ("1000", 1000), ("0", 0),
            ("8MB", nil), ("8 MiB", nil), ("MiB", nil), ("-1", nil), ("1.5MiB", nil), ("9223372036854775807KiB", nil),
        ] as [(String, Int64?)]
    )
    func sizes(_ text: String, _ size: Int64?) {
        #expect(Quantity.size(text) == size)
        if let size { #expect(Quantity.text(size: size) == text) }
    }

    @Test(
        "the nearest name",
        arguments: [
            ("prot", "port"), ("HOST", "host"), ("hots", "host"), ("publicUrl", "publicURL"),
            ("publicUri", "publicURL"),
            ("pub", "publicURL"), ("zebra", nil), ("", nil), ("x", nil), ("pu", nil),
        ] as [(String, String?)]
    )
    func nearest(_ text: String, _ name: String?) {
        #expect(NearestName.of(text, among: ["host", "port", "publicURL", "tls"]) == name)
    }

    @Test(
        "what somebody may call it who knows another program",
        arguments: [("webhook", "http"), ("folder", "directory"), ("fromEnv", "fromEnvironment"), ("exec", nil)]
    )
    func synonyms(_ text: String, _ name: String?) {
        #expect(NearestName.of(text, among: ["directory", "http", "fromEnvironment", "fromFile"]) == name)
    }

    @Test(
        "slips are letters added, left out, changed or swapped",
        arguments: [
            ("", "", 0), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "ab", 1), ("", "ab", 2), ("ab", "xyz", 3),
        ]
    )
    func distance(_ left: String, _ right: String, _ slips: Int) {
        #expect(NearestName.distance(left, right) == slips)
        #expect(NearestName.distance(right, left) == slips)
    }
}
