import BaseKit
import Foundation
import Testing

extension EndToEnd {
    /// Documents that an operator looks for: lost, damaged, or in quarantine.
    @Suite(.timeLimit(.minutes(3)))
    struct ArchiveTests {
        @Test func whatTheArchiveHasLostIsToldAndFetchedAgain() async throws {
            try await withTestBed { bed in
                try await bed.receiver { _ in
                    let ids = try await bed.finishedOrders(3)
                    try await bed.until { try await bed.status()["documents"] == 3 }
                    #expect(try await bed.command(["archive", "verify"]).code == 0)
                    try await damage(bed, ids)

                    let lost = try await bed.command(["document", "get", ids[0], "-o", bed.directory + "/x.zip"])
                    #expect(lost.code == 74)
                    #expect(lost.problems.contains("file not found; `ricevuta archive verify --fetch`"))
                    #expect(!FileManager.default.fileExists(atPath: bed.directory + "/x.zip"))
                    let changed = try await bed.command(["document", "get", ids[1], "-o", bed.directory + "/x.zip"])
                    #expect(changed.problems.contains("was changed after it was archived"))
                    #expect(!FileManager.default.fileExists(atPath: bed.directory + "/x.zip"))

                    let found = try await bed.command(["archive", "verify", "--json"])
                    #expect(found.code == 1)
                    let report = try JSONValue(parsing: Array(found.text.utf8))
                    let problems = try #require(report["problems"]?.array)
                    #expect(Set(problems.compactMap { $0["order"]?.string }) == Set(ids.prefix(2)))
                    let damaged = problems.count { $0["damaged"] == true }
                    #expect(damaged == 1)
                    #expect(report["fetching"] == false)

                    let fetching = try await bed.command(["archive", "verify", "--fetch"])
                    #expect(fetching.code == 1)
                    #expect(fetching.text.contains("2 of 3 documents are missing or damaged: queued for fetching"))
                    try await bed.until { try await bed.command(["archive", "verify"]).code == 0 }
                    #expect(
                        try await bed.command(["document", "get", ids[0], "-o", bed.directory + "/x.zip"]).code == 0
                    )
                }
                let documents = try bed.downstream.arrivals().filter { $0["type"] == "document.available" }
                #expect(documents.count == 3, "nobody was told twice")
            }
        }

        @Test func aDocumentGoesToStandardOutputOrToANewFile() async throws {
            try await withTestBed { bed in
                try await bed.receiver { _ in
                    let id = try await bed.finishedOrders(1)[0]
                    try await bed.until { try await bed.status()["documents"] == 1 }
                    let number = try #require(try await bed.json(["order", "show", id])["number"]?.int64)

                    let output = try await Program.output(
                        Program.executable("ricevuta"),
                        ["document", "get", String(number), "-o", "-", "--config", bed.configuration]
                    )
                    #expect(output.code == 0)
                    #expect(output.bytes.starts(with: [0x50, 0x4B]))
                    #expect(output.problems.contains("sha256 "))

                    let file = "\(bed.directory)/a document.zip"
                    let first = try await bed.command(["document", "get", id, "-o", file])
                    #expect(first.code == 0)
                    #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == Data(output.bytes))
                    let second = try await bed.command(["document", "get", id, "-o", file])
                    #expect(second.code == 73)
                    #expect(second.problems.contains("already exists"))
                    #expect(try await bed.command(["document", "get", id, "-o", "-", "--json"]).code == 64)
                    #expect(try await bed.command(["document", "get", id, "-o", "/nowhere/x"]).code == 74)
                }
            }
        }

        @Test func quarantinedContentsAreListedReadAndRemoved() async throws {
            try await withTestBed { bed in
                try await bed.receiver { _ in
                    #expect(
                        try await bed.command(["document", "quarantine", "list"]).text == "No quarantined documents.\n"
                    )
                    try await bed.fault(["document": ["fault": "brokenStructure", "times": 1]])
                    let id = try await bed.finishedOrders(1)[0]
                    try await bed.until { try await bed.status()["quarantined"] == 1 }

                    let listed = try #require(try await bed.json(["document", "quarantine", "list"]).array?.first)
                    #expect(listed["order"]?.string == id)
                    #expect(listed["settled"] == false)
                    #expect(listed["reason"]?.string?.contains("zip") == true)
                    let hash = try #require(listed["sha256"]?.string)
                    let file = bed.directory + "/bad"
                    let got = try await bed.command([
                        "document", "quarantine", "get", String(hash.prefix(8)), "-o", file,
                    ])
                    #expect(got.code == 0, "\(got.problems)")
                    let size = try Data(contentsOf: URL(fileURLWithPath: file)).count
                    #expect(listed["bytes"]?.int64 == Int64(size))
                    #expect(try await bed.command(["document", "quarantine", "get", "beef"]).code == 66)

                    #expect(try await bed.json(["document", "quarantine", "purge", "--settled"])["removed"] == [])
                    #expect(try await bed.command(["document", "quarantine", "purge"]).code == 64)
                    let removed = try await bed.json(["document", "quarantine", "purge", id])
                    #expect(removed["removed"] == [.string(hash)])
                    #expect(try await bed.json(["document", "quarantine", "list"]) == [])
                    #expect(try await bed.status()["quarantined"] == 0)
                    let left = try FileManager.default.contentsOfDirectory(
                        atPath: bed.dataDirectory + "/archive/quarantine"
                    )
                    #expect(left == [])
                    #expect(try await bed.command(["status"]).code == 0)
                }
            }
        }

        /// Removes the document of the first order, and changes that of the second.
        private func damage(_ bed: TestBed, _ ids: [String]) async throws {
            for (index, id) in ids.prefix(2).enumerated() {
                let shown = try await bed.json(["order", "show", id])
                let hash = try #require(shown["documents"]?.array?.first?["sha256"]?.string)
                let path = "\(bed.dataDirectory)/archive/documents/\(hash.prefix(2))/\(hash).zip"
                if index == 0 {
                    try FileManager.default.removeItem(atPath: path)
                } else {
                    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
                    bytes[100] ^= 1
                    try bytes.write(to: URL(fileURLWithPath: path))
                }
            }
        }
    }
}
