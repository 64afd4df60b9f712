import BaseKit
import Foundation
import Testing

extension EndToEnd {
    /// Lists, what narrows them, and the names that they take.
    @Suite(.timeLimit(.minutes(3)))
    struct ListCommandTests {
        @Test func everyListIsNarrowedAndPaged() async throws {
            try await withTestBed { bed in
                try await bed.receiver { _ in
                    let ids = try await bed.finishedOrders(3)
                    try await bed.until { try await bed.status()["documents"] == 3 }
                    try await bed.until { try await bed.status()["jobs"] == [:] }
                    for list in ["order", "document", "delivery"] {
                        let key = list == "order" ? "id" : "order"
                        func listed(_ more: [String]) async throws -> [String] {
                            let found = try await bed.json([list, "list"] + more).array ?? []
                            return found.compactMap { $0[key]?.string }
                        }
                        let all = try await listed([])
                        #expect(Set(all) == Set(ids) && all.count % 3 == 0, "\(list)")
                        #expect(try await listed(["--since", "1h"]) == all, "\(list)")
                        #expect(try await listed(["--since", "2100-01-01"]) == [], "\(list)")
                        #expect(try await listed(["--item", "no such item"]) == [], "\(list)")
                        #expect(try await listed(["--reference", "none"]) == [], "\(list)")
                        if list != "order" {
                            let ofOne = try await listed(["--order", ids[1]])
                            #expect(Set(ofOne) == [ids[1]], "\(list)")
                        }

                        // Page by page, each behind the place that the one before names.
                        var (pages, place) = ([String](), String?.none)
                        for _ in 0..<all.count {
                            let next = place.map { ["--before", $0] } ?? []
                            pages += try await listed(["--limit", "1"] + next)
                            let note = try await bed.command([list, "list", "--limit", "1"] + next).problems
                            place = Self.place(in: note)
                        }
                        #expect(pages == all, "\(list)")
                    }
                    let item = try #require(try await bed.json(["order", "show", ids[0]])["itemName"]?.string)
                    #expect(try await bed.json(["document", "list", "--item", item]).array?.count == 3)
                }
            }
        }

        /// What a note proposes for `--before`.
        private static func place(in note: String) -> String? {
            note.range(of: "--before ").map { range in
                String(note[range.upperBound...].prefix { !$0.isWhitespace && $0 != "`" })
            }
        }

        @Test func theBeginningOfANameIsEnoughWhereItIsTheOnlyOne() async throws {
            try await withTestBed { bed in
                try await bed.receiver { _ in
                    let ids = try await bed.finishedOrders(2)
                    try await bed.until { try await bed.status()["jobs"] == [:] }
                    let common = String(zip(ids[0], ids[1]).prefix { $0 == $1 }.map(\.0))
                    let unique = String(ids[0].prefix(max(4, common.count + 1)))
                    for command in [["order", "show"], ["explain"], ["document", "fetch"], ["order", "refresh"]] {
                        let found = try await bed.command(command + [unique])
                        #expect(!found.problems.contains("not found"), "\(command): \(found.problems)")
                    }
                    #expect(try await bed.json(["order", "show", unique])["id"]?.string == ids[0])
                    if common.count >= 4 {
                        let several = try await bed.command(["order", "show", common])
                        #expect(several.code == 66)
                        #expect(ids.allSatisfy { several.problems.contains($0) }, "\(several.problems)")
                    }

                    let deliveries = try await bed.json(["delivery", "list"]).array ?? []
                    let letter = try await bed.command(["delivery", "show", "dlv_"])
                    #expect(letter.code == 66)
                    let id = try #require(deliveries.first?["id"]?.string)
                    #expect(try await bed.json(["delivery", "show", String(id.prefix(12))])["id"]?.string == id)

                    let hash = try #require(try await bed.json(["item", "list"]).array?.first?["hash"]?.string)
                    #expect(try await bed.json(["item", "show", String(hash.prefix(12))])["hash"]?.string == hash)
                }
            }
        }

        // MARK: Completions

        /// What the shell offers for the last of some words.
        private static func offered(_ words: [String], _ bed: TestBed) async throws -> (text: String, problems: String)
        {
            let script = """
                source <(ricevuta --generate-completion-script bash)
                COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
                _ricevuta ricevuta "${COMP_WORDS[$COMP_CWORD]}" "${COMP_WORDS[$COMP_CWORD-1]}"
                printf '%s\\n' "${COMPREPLY[@]}"
                """
            let bin = URL(fileURLWithPath: Program.executable("ricevuta")).deletingLastPathComponent().path
            let output = try await Program.output(
                "/bin/bash",
                ["-c", script, "bash"] + words,
                environment: ["PATH": "\(bin):/usr/bin:/bin", "RICEVUTA_CONFIG": bed.configuration]
            )
            return (String(decoding: output.bytes, as: UTF8.self), output.problems)
        }

        @Test func theShellOffersWhatThereIs() async throws {
            try await withTestBed { bed in
                let reference = ["--reference", "Pratica 7"]
                let buy = ["order", "place", "Cariche Attive Persona", "--set", "0=SMPDAA50A41H501R", "--yes"]
                let placed = try await bed.json(buy + reference)
                let order = try #require(placed["id"]?.string)
                try await bed.receiver { _ in
                    _ = try await bed.finishedOrders(1)
                    try await bed.until { try await bed.json(["delivery", "list"]) != [] }
                    let delivery = try #require(try await bed.json(["delivery", "list"]).array?.first?["id"]?.string)
                    let cases: [([String], String)] = [
                        (["order", "show"], order), (["explain"], order), (["order", "refresh"], order),
                        (["document", "get"], order), (["document", "list", "--order"], order),
                        (["events", "tail", "--order"], order), (["events", "tail", "--type"], "document.available"),
                        (["delivery", "show"], delivery), (["delivery", "list", "--sink"], "service"),
                        (["sink", "pause"], "folder"), (["order", "list", "--state"], "fulfilled"),
                        (["delivery", "list", "--state"], "settled"), (["order", "list", "--reference"], "Pratica 7"),
                        (["order", "list", "--item"], "Cariche Attive Persona"),
                        (["item", "show"], "Cariche Attive Persona"),
                    ]
                    for (words, wanted) in cases {
                        let found = try await Self.offered(["ricevuta"] + words + [""], bed)
                        #expect(found.text.split(separator: "\n").contains(Substring(wanted)), "\(words): \(found)")
                        #expect(found.problems.isEmpty, "\(words): \(found.problems)")
                    }
                    let begun = try await Self.offered(["ricevuta", "sink", "pause", "fo"], bed)
                    #expect(begun.text == "folder\n")
                }
            }
        }

        @Test(arguments: ["missing.yaml", "empty.yaml", "broken.yaml"])
        func whereThereIsNothingToOfferTheShellIsQuiet(_ file: String) async throws {
            try await withTestBed { bed in
                try "x: [".write(toFile: bed.directory + "/broken.yaml", atomically: true, encoding: .utf8)
                try "".write(toFile: bed.directory + "/empty.yaml", atomically: true, encoding: .utf8)
                let option = ["--config", "\(bed.directory)/\(file)"]
                for words in [["order", "show"], ["delivery", "show"], ["sink", "pause"], ["item", "show"]] {
                    let found = try await Self.offered(["ricevuta"] + words + option + [""], bed)
                    #expect(found.text == "\n" && found.problems.isEmpty, "\(words): \(found)")
                }
                // A good file, and no ledger yet.
                let none = try await Self.offered(["ricevuta", "order", "show", ""], bed)
                #expect(none.text == "\n" && none.problems.isEmpty, "\(none)")
            }
        }
    }
}
