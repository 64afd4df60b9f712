import BaseKit
import RicevutaCore
import Testing
import Visengine

@testable import Sinks

@Suite struct NameTemplateTests {
    static let hash = SampleNotifications.document().sha256

    @Test(
        arguments: [
            ("{item}/{order}-{type}", "5c1a2b3c4d5e6f708192a3b4c5d6e7f8/65b0a1f2c3d4e5f601020304-document.available"),
            ("{itemName}/{date}", "Pensione di vecchiaia/2026-03-01"),
            ("in/{notification}", "in/ntf_1"), ("{sha256}.{ext}", "\(hash).zip"), ("{name}", "visura"),
            ("a/b/c/d/e/f/g/h", "a/b/c/d/e/f/g/h"),
            ("{order}{order}", String(repeating: "65b0a1f2c3d4e5f601020304", count: 2)),
        ]
    )
    func becomesAPath(text: String, path: String) throws {
        let notification = try SampleNotifications.notification(document: SampleNotifications.document())

        #expect(try NameTemplate(text).path(for: notification) == path)
        #expect(try NameTemplate(text).description == text)
    }

    @Test func hasAValueForWhatIsNotKnown() throws {
        let notification = Notification(
            id: "n",
            type: .orderLate,
            occurredAt: Timestamp(seconds: 0),
            orderKey: 1,
            provider: .visengine,
            orderID: try #require(OrderID("o1"))
        )
        let template = try NameTemplate("{item}/{itemName}/{sha256}/{name}/{ext}")

        #expect(template.path(for: notification) == "unknown/unknown/none/o1/json")
    }

    @Test(
        arguments: [
            ("", NameTemplateError.emptyComponent), ("/{order}", .emptyComponent), ("{order}/", .emptyComponent),
            ("a//b", .emptyComponent), ("..", .hiddenComponent), ("a/../{order}", .hiddenComponent),
            (".hidden", .hiddenComponent), ("{order", .unbalancedBrace), ("order}", .unbalancedBrace),
            ("{{order}}", .unknownPlaceholder), ("{Order}", .unknownPlaceholder),
            ("{}", .unknownPlaceholder), ("{path}", .unknownPlaceholder), ("a\\b", .badCharacter),
            ("a\u{0}", .badCharacter), ("1/2/3/4/5/6/7/8/9", .tooManyComponents(limit: 8)),
        ]
    )
    func refuses(text: String, error: NameTemplateError) {
        #expect(throws: error) { try NameTemplate(text) }
    }

    @Test func anErrorNamesThePlaceholdersThatThereAre() {
        #expect(NameTemplateError.unknownPlaceholder.description.contains("{order}, {item}, {itemName}"))
    }

    @Test(
        arguments: [
            "../../../etc/passwd", "..", ".", "", " ", "/", "\\", "a/b", ".ssh", "C:\\Windows\\x", "a\u{0}b", "a\nb",
            "\u{202E}gpj.exe", "\u{200B}", "CON", "nul.txt", "com1", "name. . .", "~", "-rf", "%2e%2e%2f", "é/…/日本",
            String(repeating: "x", count: 5000), String(repeating: "日", count: 300),
            String(repeating: "e\u{301}", count: 300), String(repeating: "👨‍👩‍👧‍👦", count: 100), "...", "\u{FEFF}..",
        ]
    )
    func aHostileNameStaysOneComponent(name: String) throws {
        let document = SampleNotifications.document(name: name)
        let path = try NameTemplate("in/{name}").path(
            for: SampleNotifications.notification(document: document)
        )

        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        #expect(parts.count == 2)
        #expect(parts[0] == "in")
        let last = parts[1]
        #expect((1...201).contains(last.utf8.count))
        #expect(!last.hasPrefix(".") && !last.hasSuffix(".") && !last.hasPrefix(" ") && !last.hasSuffix(" "))
        #expect(!["CON", "NUL", "COM1"].contains(last.uppercased().split(separator: ".").first.map(String.init) ?? ""))
        for scalar in last.unicodeScalars {
            #expect(scalar.value >= 0x20 && scalar.value != 0x7F && scalar != "\\" && scalar != ":")
            #expect(scalar.properties.generalCategory != .format)
        }
    }

    @Test(arguments: [("a.zip", "a"), ("a.b.pdf", "a.b"), ("a", "a"), (".zip", ".zip"), ("v. 12 di 3", "v. 12 di 3")])
    func takesTheExtensionOff(name: String, stem: String) { #expect(FileNaming.stem(name) == stem) }
}
