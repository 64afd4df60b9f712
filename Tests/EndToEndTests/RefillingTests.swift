import BaseKit
import Foundation
import Testing

extension EndToEnd {
    /// A ledger that is older than its journal, and a journal that is damaged.
    @Suite(.timeLimit(.minutes(5)))
    struct RefillingTests {
        @Test(arguments: ["deleted", "copy"])
        func aLedgerThatLostCallbacksIsFilledUpAndTellsNothingTwice(_ loss: String) async throws {
            try await withTestBed { bed in
                let copy = bed.directory + "/copy"
                try await bed.receiver { _ in try await serve(10, of: 10, bed) }
                if loss == "copy" { try copyLedger(from: bed.dataDirectory, to: copy) }
                try await bed.receiver { _ in try await serve(10, of: 20, bed) }
                let documents = try files(bed)
                let events = try ids(bed)
                let callbacks = try await callbackNumbers(bed)
                #expect(documents.count >= 40 && events.count == 40 && callbacks.count == 20)

                for name in ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"] {
                    try? FileManager.default.removeItem(atPath: "\(bed.dataDirectory)/\(name)")
                }
                if loss == "copy" { try copyLedger(from: copy, to: bed.dataDirectory) }

                try await bed.receiver { receiver in
                    try await bed.until {
                        let status = try await bed.status()
                        return status["orders"] == ["fulfilled": 20] && status["jobs"] == [:]
                    }
                    #expect(try files(bed) == documents, "each finds its own file")
                    #expect(try ids(bed) == events, "each fact has the event id that it had")
                    #expect(try await callbackNumbers(bed) == callbacks)
                    let metrics = try await bed.text(receiver.admin + "/metrics")
                    #expect(metrics.contains(#"ricevuta_alarms_total{kind="ledger_older"} 1"#))
                    let status = try await bed.command(["status"])
                    #expect(status.code == 1)
                    #expect(status.text.contains("the ledger was older than the journal"), "\(status.text)")
                }
                try await bed.receiver { _ in
                    let status = try await bed.command(["status"])
                    #expect(status.code == 0, "it is mended: \(status.text)")
                }
            }
        }

        @Test func aSegmentThatIsGoneIsReported() async throws {
            try await withTestBed { bed in
                try await bed.receiver { _ in try await serve(5, of: 5, bed) }
                let journal = bed.dataDirectory + "/journal"
                let names = try FileManager.default.contentsOfDirectory(atPath: journal)
                let first = try #require(names.filter { $0.hasPrefix("journal-") }.min())
                try FileManager.default.removeItem(atPath: "\(journal)/\(first)")

                try await bed.receiver { receiver in
                    let metrics = try await bed.text(receiver.admin + "/metrics")
                    #expect(metrics.contains(#"ricevuta_alarms_total{kind="journal_damaged"} 2"#), "\(metrics)")
                    #expect(metrics.contains("ricevuta_journal_damage 2"))
                    #expect(
                        try await bed.text(receiver.admin + "/readyz").hasPrefix("ready"),
                        "callbacks can be taken"
                    )
                    let status = try await bed.status()
                    let findings = status["journal"]?["findings"]?.array?.compactMap(\.string) ?? []
                    #expect(findings.contains("journal-00000001-* was deleted"), "\(findings)")
                    #expect(
                        findings.contains { $0.hasPrefix("the journal was deleted: the ledger has") },
                        "\(findings)"
                    )
                    #expect(try await bed.command(["status"]).code == 1)
                    try await serve(1, of: 6, bed)
                }
            }
        }

        /// Takes orders all the way, each with one callback.
        private func serve(_ count: Int, of total: Int, _ bed: TestBed) async throws {
            let registrations = try await bed.registrations(count)
            let orders = try await bed.order(calledBackAt: registrations)
            try await bed.advance(to: "Visura evasa")
            for (registration, id) in zip(registrations, orders) {
                let url = try #require(registration["url"]?.string)
                let status = try await bed.post(FulfilledShapes.of(id, at: url)[0])
                #expect(status == 200)
            }
            try await bed.until {
                let status = try await bed.status()
                return status["orders"] == ["fulfilled": JSONValue(total)] && status["jobs"] == [:]
            }
        }

        private func copyLedger(from directory: String, to copy: String) throws {
            try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
            for name in ["ledger.sqlite", "ledger.sqlite-wal"]
            where FileManager.default.fileExists(atPath: "\(directory)/\(name)") {
                try FileManager.default.copyItem(atPath: "\(directory)/\(name)", toPath: "\(copy)/\(name)")
            }
        }

        private func files(_ bed: TestBed) throws -> Set<String> {
            let all = try FileManager.default.subpathsOfDirectory(atPath: bed.directory + "/documents")
            return Set(all.filter { !$0.hasPrefix(".") })
        }

        /// The ids of events that have arrived.
        private func ids(_ bed: TestBed) throws -> Set<String> {
            Set(try bed.downstream.arrivals().compactMap { $0["id"]?.string })
        }

        /// The numbers of the callbacks that the ledger has.
        private func callbackNumbers(_ bed: TestBed) async throws -> [Int64] {
            try await DeadLedger(in: bed.dataDirectory).callbackNumbers
        }
    }
}
