import BaseKit
import Foundation
import RicevutaCore
import Testing

extension EndToEnd {
    /// The operator's day: a provider that is away, or wants a token or money.
    @Suite(.timeLimit(.minutes(3)))
    struct OperatorsDayProviderTests {
        @Test func aProviderThatIsDownIsToldAndCaughtUpWith() async throws {
            try await withOperatorsDay { day in
                let (order, callback) = try await day.processingOrder()
                try await day.bed.advance(to: "Visura evasa")
                try await day.bed.fail(nil, with: 503)
                try await day.call(callback, "Visura evasa", of: order)

                try await day.logs(
                    "Provider calls are failing; retrying",
                    .providerUnreachable,
                    ["operation": "reading orders", "error": "HTTP 503"]
                )
                try await day.status("reading orders: failing", "HTTP 503", "order \(order)", exit: 1)
                try await day.explain(
                    order,
                    "The provider: the order is processing",
                    "HTTP 503",
                    "order refresh \(order)"
                )

                try await day.bed.mendProvider()
                // The circuit, which is open for half a minute, is closed in the generation that a reload makes.
                try await day.reload()
                try await day.mend("order", "refresh", order)
                try await day.isGood(order)
                try await day.logs("Provider recovered")
            }
        }

        @Test func anExpiredTokenIsRenewedWithAReload() async throws {
            try await withOperatorsDay(prepare: { bed in
                try Self.writeToken("expired", bed)
                try bed.configure("{fromEnvironment: RICEVUTA_PROVIDER_TOKEN}", as: "{fromFile: ./token}")
            }) { day in
                let order = try await day.finishedOrder()

                try await day.logs("Provider rejected the API token", .unauthorized, ["operation": "reading orders"])
                try await day.status("API token rejected", exit: 1)
                let number = try await day.onlyOrder()
                try await day.explain(number, "the API token was rejected", "`ricevuta order refresh")

                try Self.writeToken("sandbox-token", day.bed)
                try await day.reload()
                try await day.mend("order", "refresh", "--open")
                try await day.isGood(order)
                try await day.logs("Provider recovered")
            }
        }

        private static func writeToken(_ token: String, _ bed: TestBed) throws {
            let file = bed.directory + "/token"
            try Data(token.utf8).write(to: URL(fileURLWithPath: file))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        }

        private static let purchase = [
            "order", "place", "Cariche Attive Persona", "--set", "0=SMPDAA50A41H501R", "--yes",
        ]

        /// Who orders has its command's answer; everybody else has `status`, until the next order is taken.
        @Test func anEmptyWalletIsToldUntilAnOrderIsTakenAgain() async throws {
            try await withOperatorsDay { day in
                try await day.status(exit: 0)
                try await day.bed.setCredit(0)
                let refused = try await day.bed.command(Self.purchase)
                #expect(refused.code == 65 && refused.problems.contains("insufficient credit"), "\(refused.problems)")

                try await day.status("last order placed", "insufficient credit", "top up the wallet", exit: 1)
                let number = try await day.onlyOrder()
                try await day.explain(number, "Nothing: the provider rejected the order", "insufficient credit")

                try await day.bed.setCredit(100)
                #expect(try await day.bed.command(Self.purchase).code == 0)
                try await day.isGood()
            }
        }

        @Test func anOrderWhoseAnswerWasLostIsFoundByItsToken() async throws {
            try await withOperatorsDay(reconciliation: "minReadBackInterval: 0s, firstInterval: 1h") { day in
                try await day.bed.faults(["lostPlacings": 1])
                let placed = try await day.bed.command(Self.purchase)
                #expect(placed.code == 75 && placed.problems.contains("will find out whether the order exists"))
                let order = try await day.onlyOrder()

                try await day.status("1 unread", exit: 0)
                try await day.explain(
                    order,
                    "The provider's confirmation that the order exists; it is read next at",
                    "`ricevuta order refresh"
                )

                try await day.mend("order", "refresh", order)
                try await day.logs("Order found by its token")
                try await day.explain(order, "The provider: the order is processing")
                try await day.story(order, "the provider has it")
                try await day.isGood()
            }
        }
    }
}

extension OperatorsDay {
    /// The number of the one order that there is.
    func onlyOrder() async throws -> String {
        let order = try #require(try await bed.json(["order", "list"]).array?.first)
        return String(try #require(order["number"]?.int64))
    }
}
