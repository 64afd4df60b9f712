import ArgumentParser
import RicevutaConfiguration
import RicevutaCore

/// What `ricevuta help` prints for what is no command: a topic, an error code, or the list of both.
///
/// The parser's own `help` shows the commands; it cannot be given more to show.
enum HelpPages {
    /// The page that the arguments ask for.
    ///
    /// - Parameters:
    ///   - arguments: Those of the process, without its name.
    ///   - commands: The names of the commands, whose help is the parser's.
    /// - Returns: The page; `nil` if the arguments ask for something else.
    /// - Throws: ``CommandFailure`` for a code or a topic that does not exist.
    static func page(for arguments: [String], commands: [String]) throws(CommandFailure) -> String? {
        guard arguments.first == "help", arguments.count == 2, let name = arguments.last, !commands.contains(name),
            !name.hasPrefix("-")
        else { return nil }
        if name == "topics" { return topics }
        if let topic = HelpTopic(rawValue: name) { return Article.named(topic.article)?.plainText }
        if name.uppercased().hasPrefix("RV-") {
            guard let code = ErrorCode(name), let texts = ErrorTexts(code) else {
                throw CommandFailure(.unknownName, "no error code '\(name)'; `ricevuta help errors` lists them")
            }
            return texts.section
        }
        throw CommandFailure(
            .unknownName,
            unknown: "command or topic",
            name,
            among: commands + HelpTopic.allCases.map(\.rawValue)
        )
    }

    /// All topics, each with its line.
    static var topics: String {
        let width = HelpTopic.allCases.map(\.rawValue.count).max() ?? 0
        let lines = HelpTopic.allCases.map { topic in
            "  " + topic.rawValue + String(repeating: " ", count: width + 2 - topic.rawValue.count) + topic.abstract
        }
        return "Topics of `ricevuta help TOPIC`:\n\n" + lines.joined(separator: "\n")
            + "\n\n`ricevuta help CODE` explains an error code, such as RV-0401."
    }
}
