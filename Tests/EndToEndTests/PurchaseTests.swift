import BaseKit
import Foundation
import Testing

extension EndToEnd {
    /// Orders that scripts place: named by their caller, bought once, and not beyond a limit.
    @Suite(.timeLimit(.minutes(3)))
    struct PurchaseTests {
        private static let item = ["order", "place", "Cariche Attive Persona", "--yes"]
        private static let order = item + ["--set", "0=SMPDAA50A41H501R"]

        @Test func aReferenceGoesWithTheOrderToItsReceivers() async throws {
            try await withTestBed(reconciliation: "minReadBackInterval: 0s, firstInterval: 1s") { bed in
                try await bed.receiver { _ in
                    let placed = try await bed.json(Self.order + ["--reference", "Pratica 7/2026"])
                    #expect(placed["reference"] == "Pratica 7/2026")
                    _ = try await bed.json(Self.order + ["--reference", "other"])
                    let id = try #require(placed["id"]?.string)
                    try await bed.advance(to: "Visura evasa")
                    try await bed.until { try await bed.status()["documents"] == 2 }
                    try await bed.until { try await bed.status()["jobs"] == [:] }

                    let shown = try await bed.json(["order", "show", id])
                    #expect(shown["reference"] == "Pratica 7/2026")
                    #expect(try await bed.command(["explain", id]).text.contains("Pratica 7/2026"))
                    #expect(try await bed.command(["order", "list"]).text.contains("Pratica 7/2026"))
                    let filter = ["--reference", "Pratica 7/2026"]
                    let orders = try await bed.json(["order", "list"] + filter)
                    #expect(orders.array?.compactMap { $0["id"]?.string } == [id])
                    let deliveries = try #require(try await bed.json(["delivery", "list"] + filter).array)
                    #expect(!deliveries.isEmpty && deliveries.allSatisfy { $0["order"]?.string == id })
                    let delivery = try #require(deliveries.first?["id"]?.string)
                    #expect(try await bed.json(["delivery", "show", delivery])["reference"] == "Pratica 7/2026")

                    let events = try Self.folderEvents(bed)
                    let told = Set(events.compactMap { $0["data"]?["order"]?["reference"]?.string })
                    #expect(told == ["Pratica 7/2026", "other"])
                    let bad = try await bed.command(Self.order + ["--reference", "two\nlines"])
                    #expect(bad.code == 64)
                }
            }
        }

        @Test func anOrderOfAnotherProgramHasTheReferenceOfItsToken() async throws {
            try await withTestBed { bed in
                let minted = try await bed.json(["token", "mint", "--reference", "case-7"])
                try await bed.receiver { _ in
                    let registration = try #require(minted.array?.first)
                    let plain = try await bed.registrations(1)[0]
                    let ids = try await bed.order(calledBackAt: [registration, plain])
                    for (registration, id) in zip([registration, plain], ids) {
                        let url = try #require(registration["url"]?.string)
                        #expect(try await bed.post(url, #"{"_id":"\#(id)"}"#) == 200)
                    }
                    try await bed.until {
                        try await bed.json(["order", "list"]).array?.count { $0["id"]?.string != nil } == 2
                    }

                    #expect(try await bed.json(["order", "show", ids[0]])["reference"] == "case-7")
                    #expect(try await bed.json(["order", "show", ids[1]])["reference"] == .null)
                    try await bed.until { try Self.folderEvents(bed).count == 2 }
                    let told = try Self.folderEvents(bed).compactMap { $0["data"]?["order"]?["reference"]?.string }
                    #expect(told == ["case-7"])
                }
            }
        }

        @Test func twoProcessesAtOnceBuyOnceUnderOneKey() async throws {
            try await withTestBed { bed in
                try await bed.receiver { _ in
                    for round in 1...4 {
                        let arguments = Self.order + ["--idempotency-key", "nightly-\(round)", "--json"]
                        async let one = bed.command(arguments)
                        async let two = bed.command(arguments)
                        let answers = try await [one, two]

                        #expect(answers.map(\.code) == [0, 0], "\(answers.map(\.problems))")
                        let orders = try answers.map { try JSONValue(parsing: Array($0.text.utf8)) }
                        #expect(orders[0]["nonce"] == orders[1]["nonce"] && orders[0]["nonce"]?.string != nil)
                        #expect(Set(orders.compactMap { $0["placedEarlier"]?.bool }) == [true, false])
                        #expect(try await bed.sandboxOrders() == round)
                    }
                }
            }
        }

        @Test func aRepeatedOrderIsNotBoughtAgainAndAnotherUnderItsKeyIsRefused() async throws {
            try await withTestBed { bed in
                let key = ["--idempotency-key", "k1"]
                let first = try await bed.json(Self.order + key)
                #expect(first["placedEarlier"] == false)

                let again = try await bed.command(Self.order + key)
                #expect(again.code == 0, "\(again.problems)")
                #expect(again.text.contains("nothing was bought now"))
                let shown = try await bed.json(Self.order + key)
                #expect(shown["placedEarlier"] == true && shown["id"] == first["id"])
                let other = try await bed.command(Self.item + ["--set", "0=RSSMRA80A01H501U"] + key)
                #expect(other.code == 65)
                #expect(other.problems.contains("belongs to order \(first["id"]?.string ?? "?")"))
                #expect(try await bed.sandboxOrders() == 1)

                try await bed.setCredit(0)
                let rejected = try await bed.command(Self.order + ["--idempotency-key", "k2"])
                #expect(rejected.code == 65)
                try await bed.setCredit(100)
                let paid = try await bed.json(Self.order + ["--idempotency-key", "k2"])
                #expect(paid["placedEarlier"] == false, "what was rejected cost nothing, so that it may be bought")
                #expect(try await bed.sandboxOrders() == 2)
            }
        }

        @Test func noMoreIsSpentOnADayThanTheLimit() async throws {
            try await withTestBed { bed in
                let price = try #require(try await bed.json(["item", "show", "Cariche Attive Persona"])["price"])
                try bed.configure("provider: {", as: "orders: {dailyLimit: 12.00 EUR}\nprovider: {")
                #expect(price.double == 5)
                for _ in 1...2 { #expect(try await bed.command(Self.order).code == 0) }

                let refused = try await bed.command(Self.order)

                #expect(refused.code == 79)
                let reason = "5.00 EUR with 10.00 EUR spent today is over orders.dailyLimit (12.00 EUR)"
                #expect(refused.problems.contains(reason), "\(refused.problems)")
                #expect(try await bed.sandboxOrders() == 2)
                let status = try await bed.json(["status"])["spentToday"]
                #expect(status == ["orders": 2, "total": 10, "unpriced": 0, "limit": 12])
                let text = try await bed.command(["status"]).text
                #expect(text.contains("10.00 of 12.00 EUR, orders: 2"), "\(text)")
                #expect(try await bed.command(Self.order + ["--over-limit"]).code == 0)
                #expect(try await bed.command(["config", "check"]).code == 0)
            }
        }

        @Test func twoProcessesAtOnceKeepToTheLimitTogether() async throws {
            try await withTestBed { bed in
                try bed.configure("provider: {", as: "orders: {dailyLimit: 7.00 EUR}\nprovider: {")
                try await bed.receiver { _ in
                    async let one = bed.command(Self.order)
                    async let two = bed.command(Self.order)
                    let answers = try await [one, two]

                    #expect(answers.map(\.code).sorted() == [0, 79], "\(answers.map(\.problems))")
                    #expect(try await bed.sandboxOrders() == 1)
                }
            }
        }

        @Test func aTestOfAnOrderPrintsJSON() async throws {
            try await withTestBed { bed in
                let tested = try await bed.json(Self.order + ["--test"])

                #expect(tested["valid"] == true && tested["price"]?.double == 5)
                #expect(try await bed.sandboxOrders() == 0)
                #expect(try await bed.json(["order", "list"]) == [])
            }
        }

        @Test func listsForProgramsHaveNamesOfTheirOwn() async throws {
            try await withTestBed { bed in
                let items = try #require(try await bed.json(["item", "list"]).array)
                #expect(items.allSatisfy { $0.object?.members.map(\.key) == ["hash", "name", "category"] })
                try await bed.receiver { _ in
                    let id = try await bed.finishedOrders(1)[0]
                    try await bed.until { try await bed.json(["document", "list"]).array?.count == 1 }
                    let order = try await bed.json(["order", "show", id])
                    #expect(order["outcome"]?["code"]?.string != nil && order["outcome"]?["info"]?.string != nil)
                }
            }
        }

        /// The events in the sink's folder.
        private static func folderEvents(_ bed: TestBed) throws -> [JSONValue] {
            let folder = bed.directory + "/documents"
            guard FileManager.default.fileExists(atPath: folder) else { return [] }
            let files = try FileManager.default.subpathsOfDirectory(atPath: folder)
            return try files.filter { $0.hasSuffix(".json") }.map { file in
                try JSONValue(parsing: Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(file)"))))
            }
        }
    }
}

extension TestBed {
    /// How many orders the sandbox has: each was paid for.
    fileprivate func sandboxOrders() async throws -> Int {
        let page = try await text("\(provider)/sandbox/orders")
        return try #require(JSONValue(parsing: Array(page.utf8))["orders"]?.array).count
    }
}
