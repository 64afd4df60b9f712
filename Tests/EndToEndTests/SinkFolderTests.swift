import BaseKit
import Crypto
import Foundation
import Subprocess
import Testing

extension EndToEnd {
    /// Folders on disks and file servers that hang, fail, or lack what a local disk has.
    @Suite(.timeLimit(.minutes(5)))
    struct SinkFolderTests {
        @Test func aFolderThatHangsHoldsUpNothingElse() async throws {
            try await withTestBed { bed in
                let shim = try await FolderShim(in: bed.directory)
                try bed.configure("timeLimit: 120s", as: "timeLimit: 2s")
                let folder = bed.directory + "/documents"
                let hanging = shim.environment(["SHIM_SLOW": folder])
                let log = "hanging.log"

                let (stopped, status) = try await bed.receiver(environment: hanging, log: log) { receiver in
                    let begun = ContinuousClock.now
                    let ids = try await bed.finishedOrders(8)
                    try await bed.until {
                        let arrived = try bed.downstream.arrivals().filter { $0["type"] == "document.available" }
                        return Set(arrived.compactMap { $0["order"]?.string }) == Set(ids)
                    }
                    #expect(begun.duration(to: .now) < .seconds(15), "the other sink has its documents")
                    try await bed.until {
                        try await bed.command(["delivery", "list", "--json"]).text
                            .contains("earlier deliveries still hang")
                    }
                    for _ in 0..<20 {
                        let asked = ContinuousClock.now
                        #expect(try await bed.text(receiver.admin + "/readyz").hasPrefix("ready"))
                        #expect(asked.duration(to: .now) < .seconds(1))
                    }
                    let stopped = ContinuousClock.now
                    receiver.program.signal(.terminate)
                    return stopped
                }

                #expect(stopped.duration(to: .now) < .seconds(10), "within the time that requests in flight have")
                #expect(status == .exited(0))
                let text = try String(contentsOfFile: "\(bed.directory)/\(log)", encoding: .utf8)
                #expect(text.contains("the folder \(folder) timed out after 2 s"))
                #expect(try bed.deliveredDocuments() == [])

                // Nothing of it is left for the next start, which finds the folder well again.
                try await bed.receiver { _ in
                    try await bed.until { try bed.deliveredDocuments().count == 8 }
                }
            }
        }

        @Test func whatIsRecordedAsDeliveredOutlivesAPowerCut() async throws {
            try await withTestBed { bed in
                let shim = try await FolderShim(in: bed.directory)
                let record = bed.directory + "/names.log"
                let archive = bed.dataDirectory + "/archive/documents"
                try bed.configure("sinks:", as: "delivery: {firstDelay: 50ms, maxDelay: 100ms}\nsinks:")
                // Once without, so that only what follows from a delivery is made with it.
                try await bed.receiver { _ in }
                let failing = shim.environment([
                    "SHIM_FAIL": "\(bed.directory)/documents:\(archive)", "SHIM_LOG": record,
                ])

                _ = try await bed.receiver(environment: failing, log: "failing.log") { _ in
                    let ids = try await bed.finishedOrders(3)
                    try await bed.until {
                        let status = try await bed.status()
                        return status["documents"]?.int64 == Int64(ids.count) && status["jobs"] == [:]
                    }
                }

                let names = try NameRecord(record)
                #expect(names.failures >= 6, "each name's first sync failed, and each was tried again")
                let delivered = try Self.files(below: bed.directory + "/documents")
                #expect(delivered.count >= 6)
                for file in delivered { #expect(names.isDurable(file, below: bed.directory), "\(file)") }
                for file in try Self.files(below: archive) {
                    #expect(names.isDurable(file, below: bed.directory), "\(file)")
                }
            }
        }

        /// As an SMB share is, and as one whose server has no rename that replaces nothing either.
        @Test(arguments: [false, true])
        func aFolderWithoutLinksSyncsAndCaseTakesEverything(isPlain: Bool) async throws {
            try await withTestBed { bed in
                let shim = try await FolderShim(in: bed.directory)
                let folder = bed.directory + "/documents"
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
                // Two sinks whose names differ in case only, and so are the same here.
                try bed.configure(
                    "- {name: folder, type: directory, path: ./documents, timeLimit: 120s}",
                    as: """
                        - {name: upper, type: directory, path: ./documents, template: "ALL-{order}",
                             types: [order.updated]}
                          - {name: lower, type: directory, path: ./documents, template: "all-{order}",
                             types: [document.available]}
                        """
                )
                var settings = ["SHIM_SHARE": folder]
                if isPlain { settings["SHIM_PLAIN"] = "1" }
                let share = shim.environment(settings)

                let check = try await Program.output(
                    Program.executable("ricevuta"),
                    ["sink", "test", "--config", bed.configuration],
                    environment: TestBed.environment.merging(share) { _, new in new }
                )
                #expect(check.code == 0)
                let result = String(decoding: check.bytes, as: UTF8.self)
                #expect(result.contains("case-insensitive"))
                #expect(result.contains("cannot sync directories"))
                #expect(result.contains("neither hard links nor rename without replacing") == isPlain)

                _ = try await bed.receiver(environment: share, log: "share.log") { _ in
                    _ = try await bed.finishedOrders(12)
                    try await bed.until {
                        let status = try await bed.status()
                        return status["documents"] == 12 && status["jobs"] == [:]
                    }
                }

                let log = try String(contentsOfFile: bed.directory + "/share.log", encoding: .utf8)
                #expect(log.contains("Sink has limitations"))
                let deliveries = try await bed.json(["delivery", "list", "--limit", "1000"]).array ?? []
                let told = deliveries.filter { $0["sink"] != "service" && $0["state"] == "delivered" }
                    .compactMap { $0["notification"]?.string }
                let files = try Self.files(below: folder)
                let events = try files.filter { $0.hasSuffix(".json") }.map { try Self.json($0) }
                #expect(events.compactMap { $0["id"]?.string }.sorted() == told.sorted(), "each has a file of its own")
                #expect(told.count >= 24)
                for event in events {
                    guard let name = event["data"]?["document"]?["file"]?.string else { continue }
                    let document = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name.lowercased())"))
                    let hash = SHA256.hash(data: document).map { String(format: "%02x", $0) }.joined()
                    #expect(event["data"]?["document"]?["sha256"]?.string == hash)
                }
            }
        }

        private static func json(_ path: String) throws -> JSONValue {
            try JSONValue(parsing: Array(try Data(contentsOf: URL(fileURLWithPath: path))))
        }

        /// Regular files that are not hidden.
        private static func files(below root: String) throws -> [String] {
            try FileManager.default.subpathsOfDirectory(atPath: root).filter { !$0.hasPrefix(".") }
                .map { "\(root)/\($0)" }
                .filter {
                    try FileManager.default.attributesOfItem(atPath: $0)[.type] as? FileAttributeType == .typeRegular
                }
        }
    }
}
