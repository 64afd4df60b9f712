import BaseKit
import Foundation
import RicevutaCore
import Testing

extension EndToEnd {
    /// The operator's day: receivers that do not take what they are sent.
    @Suite(.timeLimit(.minutes(3)))
    struct OperatorsDaySinkTests {
        @Test func aSinkThatRefusesConnectionsIsToldAndTakesAllOnceItIsMended() async throws {
            try await withOperatorsDay(prepare: { bed in
                try bed.pointService(at: "http://127.0.0.1:1/")
                try bed.hastenDeliveries(maxAttempts: 1000)
            }) { day in
                let order = try await day.finishedOrder()

                try await day.logs(
                    "Sink is failing",
                    .sinkFailing,
                    ["reason": "connection refused", "sink": "service"]
                )
                try await day.status("sink service", "failing: 2 deliveries wait", "connection refused", exit: 1)
                try await day.explain(
                    order,
                    "2 deliveries to service",
                    "connection refused",
                    "ricevuta sink retry service"
                )

                try day.bed.pointService(at: day.bed.downstream.url + "/")
                try await day.reload()
                try await day.mend("sink", "retry", "service")
                try await day.isGood(order)
                try await day.logs("Sink recovered")
            }
        }

        @Test func aDeliveryThatWasGivenUpIsReplayed() async throws {
            try await withOperatorsDay(prepare: { bed in
                try bed.pointService(at: "http://127.0.0.1:1/")
                try bed.hastenDeliveries(maxAttempts: 4)
            }) { day in
                let order = try await day.finishedOrder()

                try await day.logs("Gave up on delivery: dead letter", .deadLetter, ["attempt": "4 of 4"])
                try await day.status("2 dead", "`ricevuta dead-letter list`", exit: 1)
                try await day.explain(order, "replay or dismiss 2 dead letters", "`ricevuta dead-letter list`")

                try day.bed.pointService(at: day.bed.downstream.url + "/")
                try await day.reload()
                try await day.mend("dead-letter", "replay", "--all")
                try await day.isGood(order)
                #expect(try day.bed.downstream.arrivals().count == 2)
            }
        }

        @Test func aSinkThatAnswered410TakesAllThatWaitedOnceItIsEnabled() async throws {
            try await ScriptedReceiver.run(answering: 410) { service in
                try await withOperatorsDay(prepare: { try $0.pointService(at: service.url) }) { day in
                    let first = try await day.finishedOrder()

                    try await day.logs(
                        "Sink disabled; its deliveries wait until it is enabled",
                        .sinkDisabled,
                        ["next": "ricevuta sink enable service", "reason": "410"]
                    )
                    let second = try await day.finishedOrder()
                    try await day.bed.until { try await day.bed.status()["documents"] == 2 }
                    try await day.status("sink service", "disabled", "410 Gone: 4 deliveries wait", exit: 1)
                    try await day.explain(first, "The disabled sink service", "`ricevuta sink enable service`")
                    let refused = service.refused
                    #expect(!refused.isEmpty)

                    service.answer(204)
                    try await day.mend("sink", "enable", "service")
                    try await day.isGood(first)
                    try await day.isGood(second)
                    #expect(service.taken.count == 4)
                    #expect(refused.isSubset(of: service.taken), "the one that was answered 410 waits like the others")
                }
            }
        }

        @Test(arguments: [400, 401, 404, 500])
        func whatAReceiverAnswersIsFound(_ status: Int) async throws {
            try await ScriptedReceiver.run(answering: status, "signature mismatch: clock skew") { service in
                try await withOperatorsDay(prepare: { bed in
                    try bed.pointService(at: service.url)
                    try bed.hastenDeliveries(maxAttempts: 1000)
                }) { day in
                    let order = try await day.finishedOrder()

                    let isFinal = status == 400
                    if isFinal {
                        try await day.logs("Gave up on delivery: dead letter", .deadLetter, ["reason": "\(status)"])
                        try await day.status("2 dead", "`ricevuta dead-letter list`", exit: 1)
                        try await day.explain(order, "replay or dismiss 2 dead letters")
                    } else {
                        try await day.logs("Sink is failing", .sinkFailing, ["reason": "answered \(status)"])
                        try await day.status("sink service", "failing", "answered \(status)", exit: 1)
                        try await day.explain(order, "2 deliveries to service", "answered \(status)")
                    }
                    let shown = try await day.bed.command(["sink", "show", "service"])
                    #expect(shown.text.contains("signature mismatch: clock skew"), "\(shown.text)")

                    service.answer(204)
                    if isFinal {
                        try await day.mend("dead-letter", "replay", "--all", "--sink", "service")
                    } else {
                        try await day.mend("sink", "retry", "service")
                    }
                    try await day.isGood(order)
                    #expect(service.taken.count == 2)
                }
            }
        }

        @Test func whatWaitsForASinkThatWasRemovedIsMoved() async throws {
            try await withOperatorsDay(prepare: { bed in
                try bed.pointService(at: "http://127.0.0.1:1/")
                try bed.hastenDeliveries(maxAttempts: 1000)
            }) { day in
                let order = try await day.finishedOrder()
                try await day.explain(order, "2 deliveries to service")

                try day.bed.configure("name: service", as: "name: crm")
                try day.bed.pointService(at: day.bed.downstream.url + "/", of: "crm")
                try await day.reload()

                try await day.logs(
                    "Deliveries wait for a sink that is not configured",
                    .sinkMissing,
                    ["sink": "service"]
                )
                try await day.status("sink service", "not configured: 2 deliveries wait", exit: 1)
                try await day.explain(
                    order,
                    "The sink service, which is not configured",
                    "`ricevuta sink move service TO`"
                )

                try await day.mend("sink", "move", "service", "crm")
                try await day.isGood(order)
                #expect(try day.bed.downstream.arrivals().count == 2)
            }
        }
    }
}
