import CArticles
import Foundation

/// An article of the documentation that the program has with it, in Markdown.
struct Article {
    /// The name of its file, without its ending.
    var name: String
    /// Its text.
    var text: String

    /// All of them, by the names of their files.
    static let all: [Article] = (0..<article_count()).map { index in
        // Both are constants of the program's own, each ended by a NUL.
        unsafe Article(name: String(cString: article_name(index)), text: String(cString: article_text(index)))
    }

    /// The article of a file's name.
    static func named(_ name: String) -> Article? { all.first { $0.name == name } }

    /// Its heading.
    var title: String {
        text.split(separator: "\n").first { $0.hasPrefix("# ") }.map { String($0.dropFirst(2)) } ?? name
    }

    /// The sentence below its heading.
    var abstract: String {
        let paragraphs = text.split(separator: "\n\n", omittingEmptySubsequences: true)
        return paragraphs.dropFirst().first?.split(separator: "\n").joined(separator: " ") ?? ""
    }

    /// For a terminal: links between articles become the names of their topics.
    var plainText: String {
        var plain = ""
        var rest = text[...]
        while let start = rest.range(of: "<doc:"), let end = rest[start.upperBound...].firstIndex(of: ">") {
            let name = rest[start.upperBound..<end]
            let topic = HelpTopic.allCases.first { $0.article == name }
            plain += rest[..<start.lowerBound] + (topic.map { "`ricevuta help \($0.rawValue)`" } ?? "*\(name)*")
            rest = rest[rest.index(after: end)...]
        }
        return plain + rest
    }
}
