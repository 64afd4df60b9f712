import BaseKit
import Foundation
import RicevutaCore
import Testing

extension EndToEnd {
    /// The operator's day: callbacks that are refused, or whose claims are not true.
    @Suite(.timeLimit(.minutes(3)))
    struct OperatorsDayRefusalTests {
        @Test func aForgedCallbackWithAGoodTokenChangesNothingAndIsTold() async throws {
            try await withOperatorsDay { day in
                let (order, callback) = try await day.processingOrder()
                try await day.call(callback, "Visura evasa", of: order)

                try await day.logs(
                    "Callback claims a state that the provider does not show",
                    .unconfirmedCallback,
                    ["order.id": order, "claimed": "fulfilled", "state": "processing", "peer": "127.0.0.1"]
                )
                try await day.status("1 unconfirmed", exit: 0)
                try await day.explain(order, "The provider: the order is processing")
                try await day.story(order, "from 127.0.0.1 claims fulfilled: unconfirmed")

                try await day.bed.advance(to: "Visura evasa")
                #expect(try await day.bed.command(["order", "refresh", order]).code == 0)
                try await day.isGood(order)
            }
        }

        @Test func aKeyThatWasRemovedTooEarlyIsNamedAndAddedAgain() async throws {
            try await withOperatorsDay { day in
                let (order, callback) = try await day.newOrder()
                try await day.bed.advance(to: "Visura evasa")
                let key = "{id: k1, secret: {fromEnvironment: RICEVUTA_TOKEN_KEY}}"
                let next = "{id: k2, secret: {fromEnvironment: RICEVUTA_NEXT_TOKEN_KEY}}"
                try day.bed.configure("active: \(key)", as: "active: \(next)")
                try await day.reload()
                let body = #"{"_id":"\#(order)","stato_richiesta":"Visura evasa"}"#
                #expect(try await day.bed.post(callback, body) == 401)

                try await day.logs(
                    "Callback refused: its token is signed with key k1, which is not configured",
                    .badToken,
                    ["token.key": "k1", "reason": "unknown_key", "peer": "127.0.0.1"]
                )
                try await day.status("none", exit: 0)
                #expect(try await day.bed.command(["explain", order]).code == 66, "nobody here has heard of it")

                try day.bed.configure("active: \(next)", as: "active: \(next), retired: [\(key)]")
                try await day.reload()
                try await day.call(callback, "Visura evasa", of: order)
                try await day.logs("Callback token signed with a retired key", .retiredKey)
                try await day.isGood(order)
            }
        }
    }
}
