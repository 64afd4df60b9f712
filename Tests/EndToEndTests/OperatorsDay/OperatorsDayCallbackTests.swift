import BaseKit
import Foundation
import RicevutaCore
import Testing

extension EndToEnd {
    /// The operator's day: callbacks that do not come, or from whom they should not.
    @Suite(.timeLimit(.minutes(3)))
    struct OperatorsDayCallbackTests {
        @Test func aCallbackThatNeverCameIsMissedAndItsOrderFoundByPolling() async throws {
            let pace = "minReadBackInterval: 0s, firstInterval: 300ms, maxInterval: 300ms, callbackGrace: 0s"
            try await withOperatorsDay(reconciliation: pace) { day in
                let (order, _) = try await day.processingOrder()
                try await day.bed.advance(to: "Visura evasa")

                try await day.logs("Order changed without a callback", .missedCallback, ["order.id": order])
                try await day.isGood(order)
                try await day.story(order, "read back by a poll", "→ fulfilled", "its callback never came")
            }
        }

        @Test func anotherOrdersIDWithAGoodTokenIsToldWithItsToken() async throws {
            try await withOperatorsDay { day in
                let (_, callback) = try await day.newOrder()
                let (other, _) = try await day.newOrder()
                try await day.call(callback, "Visura evasa", of: other)

                let nonce = try #require(try await day.bed.json(["order", "list"]).array?.first?["nonce"]?.string)
                try await day.logs(
                    "Callback token belongs to a different order",
                    .foreignOrder,
                    ["candidate.id": other, "order.nonce": nonce, "next": "ricevuta explain"]
                )
                try await day.status("1 unread", exit: 0)
                try await day.explain(
                    nonce,
                    "The provider's confirmation that the order exists",
                    "the order's callback data does not match this token"
                )
                try await day.story(nonce, "from 127.0.0.1 claims fulfilled")
                #expect(try await day.bed.command(["explain", other]).code == 66, "nothing is known of the other")
            }
        }

        @Test func theRightCallbackMendsWhatAForgedOneClaimed() async throws {
            try await withOperatorsDay { day in
                let (order, callback) = try await day.newOrder()
                let (other, _) = try await day.newOrder()
                try await day.call(callback, "Visura evasa", of: other)
                try await day.logs("Callback token belongs to a different order", .foreignOrder)

                try await day.bed.advance(to: "Visura evasa")
                try await day.call(callback, "Visura evasa", of: order)

                try await day.isGood(order)
                #expect(try await day.bed.command(["explain", other]).code == 66)
            }
        }

        @Test func aTokenOfARetiredKeyIsToldAndStillTaken() async throws {
            try await withOperatorsDay { day in
                let (order, callback) = try await day.newOrder()
                try await day.bed.advance(to: "Visura evasa")
                try day.bed.configure(
                    "active: {id: k1, secret: {fromEnvironment: RICEVUTA_TOKEN_KEY}}",
                    as: """
                        active: {id: k2, secret: {fromEnvironment: RICEVUTA_NEXT_TOKEN_KEY}}, \
                        retired: [{id: k1, secret: {fromEnvironment: RICEVUTA_TOKEN_KEY}}]
                        """
                )
                try await day.reload()
                try await day.call(callback, "Visura evasa", of: order)

                try await day.logs(
                    "Callback token signed with a retired key",
                    .retiredKey,
                    ["token.key": "k1", "peer": "127.0.0.1"]
                )
                try await day.isGood(order)
                try await day.story(order, "from 127.0.0.1 claims fulfilled: confirmed")
            }
        }
    }
}
