import ArgumentParser
import Foundation
import RicevutaCore
import Testing

@testable import ricevuta

/// What `ricevuta help` prints beside the parser's own pages, and the texts of all error codes.
struct HelpPagesTests {
    private let commands = Ricevuta.configuration.subcommands.compactMap { $0.configuration.commandName }

    @Test(arguments: ErrorCode.allCases)
    func everyErrorCodeIsExplained(_ code: ErrorCode) throws {
        let texts = try #require(ErrorTexts(code), "the article has no section for \(code)")
        #expect(!texts.title.isEmpty)
        #expect(texts.section.contains("\nExit code \(code.exitStatus.rawValue). Next: `"))
        let page = try HelpPages.page(for: ["help", code.description.lowercased()], commands: commands)
        #expect(page == texts.section)
        let advice = CommandFailure(code, "it failed").advice
        #expect(advice == "Next: `\(texts.next)`. More: `ricevuta help \(code)`.")
    }

    @Test(arguments: ErrorCode.allCases)
    func theNextCommandCanBeRun(_ code: ErrorCode) throws {
        let words = try #require(ErrorTexts(code)).next.split(separator: " ").map(String.init)
        guard words.first == "ricevuta", words.count > 1 else { return }
        do {
            if try HelpPages.page(for: Array(words.dropFirst()), commands: commands) == nil {
                _ = try Ricevuta.parseAsRoot(Array(words.dropFirst()))
            }
        } catch {
            // Asking for help ends the parser, too.
            #expect(Ricevuta.exitCode(for: error) == .success, "\(code): \(words.joined(separator: " "))")
        }
    }

    @Test func theArticleExplainsNoOtherCode() throws {
        let article = try #require(Article.named("Errors")).text
        let sections = article.split(separator: "\n").filter { $0.hasPrefix("### RV-") }
        #expect(sections.count == ErrorCode.allCases.count)
    }

    @Test func everyExitCodeStandsInTheArticle() throws {
        let article = try #require(Article.named("Errors")).text
        for status in ExitStatus.allCases { #expect(article.contains("| \(status.rawValue) | ")) }
    }

    @Test(arguments: HelpTopic.allCases)
    func everyTopicHasItsArticle(_ topic: HelpTopic) throws {
        let page = try #require(try HelpPages.page(for: ["help", topic.rawValue], commands: commands))
        #expect(page.hasPrefix("# "))
        #expect(!page.contains("<doc:"), "a terminal follows no links")
        #expect(!topic.abstract.isEmpty)
        #expect(HelpPages.topics.contains(topic.abstract))
        #expect(!commands.contains(topic.rawValue), "a command's own help comes first")
    }

    @Test func anArticleIsAsItStandsInTheSources() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/RicevutaCore/RicevutaCore.docc")
        for article in Article.all {
            #expect(
                try String(contentsOf: folder.appending(path: "\(article.name).md"), encoding: .utf8) == article.text
            )
        }
    }

    @Test func aNameThatMeansNothingIsRefusedWithTheNearest() throws {
        let failure = #expect(throws: CommandFailure.self) {
            try HelpPages.page(for: ["help", "alarm"], commands: commands)
        }
        #expect(failure?.description.contains("did you mean alarms?") == true)
        #expect(throws: CommandFailure.self) { try HelpPages.page(for: ["help", "RV-9999"], commands: commands) }
    }

    @Test func commandsKeepTheirOwnHelp() throws {
        for arguments in [
            ["help"], ["help", "order"], ["help", "order", "place"], ["order", "list"], ["help", "--help"],
        ] {
            #expect(try HelpPages.page(for: arguments, commands: commands) == nil)
        }
    }
}
