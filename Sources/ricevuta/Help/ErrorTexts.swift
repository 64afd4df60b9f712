import Foundation
import RicevutaCore

/// What an error code means and what to do, as the article *Errors* says it.
struct ErrorTexts {
    /// What it is, in a few words.
    var title: String
    /// The whole section, in Markdown.
    var section: String
    /// The next command to run.
    var next: String

    /// The texts of a code.
    ///
    /// Each code's section begins with `### CODE: TITLE` and ends with `Exit code N. Next: COMMAND in backquotes`.
    ///
    /// - Parameters:
    ///   - code: The code.
    ///   - article: Where they stand.
    init?(_ code: ErrorCode, in article: String = Article.named("Errors")?.text ?? "") {
        guard let start = article.range(of: "### \(code): ") else { return nil }
        let rest = article[start.lowerBound...]
        let end = rest.dropFirst().range(of: "\n##")?.lowerBound ?? rest.endIndex
        section = String(rest[..<end])
        title = section.prefix { $0 != "\n" }.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? ""
        guard let command = section.range(of: "Next: `", options: .backwards) else { return nil }
        next = String(section[command.upperBound...].prefix { $0 != "`" })
    }
}
