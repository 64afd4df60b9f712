import BaseKit
import RicevutaCore
import TestSupport
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1)))
struct DeliveringTests {
    @Test(arguments: LedgerKind.allCases)
    func handsOutWhatIsToBeToldAndEndsIt(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            let order = try await ledger.confirmed(.searching, sinks: "crm")
            let entry = try #require(try await ledger.deliveries(DeliveryQuery()).first)

            let work = try #require(try await ledger.leaseDeliveries().first)
            #expect(work.deliveryID == entry.id)
            #expect(work.notification == entry.notification)
            #expect(work.notification.orderKey == order.key)
            #expect(work.notification.orderID == order.id)
            #expect(work.notification.state == .searching)
            #expect(work.notification.previousState == nil)
            #expect(work.notification.lastUpdate == Sample.now)
            try await ledger.finish(work, action: .complete, now: Sample.now)

            let ended = try #require(try await ledger.deliveries(DeliveryQuery()).first)
            #expect(ended.state == .delivered)
            #expect(ended.attempts == 1)
            #expect(ended.nextAttempt == nil)
            #expect(ended.lastError == nil)
            #expect(try await ledger.leaseDeliveries(at: Sample.now + .seconds(9999)) == [])
            await expect(.leaseLost(job: work.lease.job)) {
                try await ledger.finish(work, action: .deadLetter(reason: "late"), now: Sample.now)
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func triesAgainUntilItIsADeadLetter(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.searching, sinks: "crm")
            var now = Sample.now

            for attempt in 1...3 {
                let work = try #require(try await ledger.leaseDeliveries(at: now).first)
                #expect(work.lease.attempt == attempt)
                try await ledger.finish(work, action: .retry(after: .seconds(30), reason: "status 503"), now: now)
                let entry = try #require(try await ledger.deliveries(DeliveryQuery()).first)
                #expect(entry.state == .pending)
                #expect(entry.attempts == attempt)
                #expect(entry.lastError == "status 503")
                #expect(entry.nextAttempt == now + .seconds(30))
                #expect(try await ledger.leaseDeliveries(at: now + .milliseconds(29_999)) == [])
                now = now + .seconds(30)
            }
            let last = try #require(try await ledger.leaseDeliveries(at: now).first)
            try await ledger.finish(last, action: .deadLetter(reason: "gave up"), now: now)

            let dead = try await ledger.deliveries(DeliveryQuery(states: [.dead]))
            #expect(dead.map(\.attempts) == [4])
            #expect(dead.map(\.lastError) == ["gave up"])
            #expect(dead.map(\.nextAttempt) == [nil])
            #expect(try await ledger.leaseDeliveries(at: now + .seconds(9999)) == [])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func replaysADeadLetterAsANewDeliveryOfTheSameNotification(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.searching, sinks: "crm")
            let first = try #require(try await ledger.leaseDeliveries().first)
            try await ledger.finish(first, action: .deadLetter(reason: "status 400"), now: Sample.now)

            let id = try await ledger.replay(delivery: first.deliveryID, now: Sample.now)

            #expect(id != first.deliveryID)
            let work = try #require(try await ledger.leaseDeliveries().first)
            #expect(work.deliveryID == id)
            #expect(work.notification == first.notification)
            #expect(work.sink == first.sink)
            #expect(work.lease.attempt == 1)
            try await ledger.finish(work, action: .complete, now: Sample.now)
            let entries = try await ledger.deliveries(DeliveryQuery())
            #expect(entries.map(\.id) == [id, first.deliveryID])
            #expect(entries.map(\.state) == [.delivered, .settled], "it needs nobody's care any more")
            #expect(entries.map(\.replayOf) == [first.deliveryID, nil])
            #expect(try await ledger.replay(delivery: id, now: Sample.now) != id, "as often as somebody asks")
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func replaysAllOrNothingAndOldestFirst(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            for (nonce, id) in [("a", "id1"), ("b", "id2"), ("c", "id3")] as [(Character, String)] {
                try await ledger.confirmed(.searching, nonce: nonce, id: id, sinks: "crm")
            }
            let works = try await ledger.leaseDeliveries()
            try #require(works.count == 3)
            for work in works.dropLast() {
                try await ledger.finish(work, action: .deadLetter(reason: "status 400"), now: Sample.now)
            }
            let ids = works.map(\.deliveryID)

            await expect(.notFound(what: "delivery", name: "x")) {
                _ = try await ledger.replay([ids[0], "x"], onlyDead: false, now: Sample.now)
            }
            let pending = "delivery '\(ids[2])' is still pending: it will be attempted anyway"
            await expect(.conflict(pending)) {
                _ = try await ledger.replay([ids[0], ids[2]], onlyDead: false, now: Sample.now)
            }
            #expect(try await ledger.deliveries(DeliveryQuery()).count == 3)

            let made = try await ledger.replay([ids[1], ids[0], ids[1]], onlyDead: true, now: Sample.now)

            #expect(made.map(\.replayed) == [ids[0], ids[1]])
            #expect(try await ledger.leaseDeliveries().map(\.deliveryID) == made.map(\.delivery))
            try await ledger.finish(works[2], action: .complete, now: Sample.now)
            let delivered = "delivery '\(ids[2])' is not an open dead letter, but delivered"
            await expect(.conflict(delivered)) {
                _ = try await ledger.replay([ids[2]], onlyDead: true, now: Sample.now)
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func fetchesAgainWhatWasAskedForDuringAFetch(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.available, sinks: "crm")
            let order = try #require(try await ledger.orders(OrderQuery()).first)
            let name = try #require(order.id).rawValue
            var work = try #require(try await ledger.leaseFetches().first)

            _ = try await ledger.fetchAgain(name, maxBytes: 1 << 30, now: Sample.now)
            try await ledger.abandonFetch(work, reason: "too large", now: Sample.now)

            #expect(try await ledger.orders(OrderQuery()).map(\.document) == [.due])
            work = try #require(try await ledger.leaseFetches().first)
            #expect(work.maxBytes == 1 << 30)
            _ = try await ledger.fetchAgain(name, maxBytes: nil, now: Sample.now)
            let later = Sample.now + .seconds(3600)
            try await ledger.postpone(work.lease, until: later, reason: "HTTP 500", refusedAt: nil)
            work = try #require(try await ledger.leaseFetches().first, "asked for now, not in an hour")
            _ = try await ledger.fetchAgain(name, maxBytes: nil, now: Sample.now)
            try await ledger.quarantined(
                QuarantinedDocument(reason: "damaged", path: "/q", size: 1),
                for: work,
                retryAt: later,
                now: Sample.now
            )
            #expect(try await ledger.leaseFetches().count == 1)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func dismissesDeadLettersAllOrNone(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            for (nonce, id) in [("a", "id1"), ("b", "id2")] as [(Character, String)] {
                try await ledger.confirmed(.searching, nonce: nonce, id: id, sinks: "crm")
            }
            let works = try await ledger.leaseDeliveries()
            try #require(works.count == 2)
            try await ledger.finish(works[0], action: .deadLetter(reason: "status 400"), now: Sample.now)
            let ids = works.map(\.deliveryID)

            let pending = "delivery '\(ids[1])' is still pending: it will be attempted anyway"
            await expect(.conflict(pending)) { try await ledger.dismiss(ids) }
            await expect(.notFound(what: "delivery", name: "x")) { try await ledger.dismiss([ids[0], "x"]) }
            #expect(try await ledger.summary(now: Sample.now).deliveriesByState == ["dead": 1, "pending": 1])

            try await ledger.dismiss([ids[0]])

            #expect(try await ledger.summary(now: Sample.now).deliveriesByState == ["settled": 1, "pending": 1])
            let again = "delivery '\(ids[0])' is not an open dead letter, but settled"
            await expect(.conflict(again)) { try await ledger.dismiss([ids[0]]) }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func countsQuarantineUntilTheOrderHasItsDocument(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.available, sinks: "crm")
            var work = try #require(try await ledger.leaseFetches().first)
            let damaged = QuarantinedDocument(reason: "damaged", path: "/q", size: 1)
            try await ledger.quarantined(damaged, for: work, retryAt: Sample.now, now: Sample.now)
            #expect(try await ledger.summary(now: Sample.now).quarantined == 1)

            work = try #require(try await ledger.leaseFetches().first)
            let routing = try Sample.routing(["crm"])
            try await ledger.stored(Sample.document, for: work, routing: routing, now: Sample.now)

            #expect(try await ledger.summary(now: Sample.now).quarantined == 0)
            #expect(try await ledger.documents(ofOrder: nil, limit: 10).count == 2, "it stays on the list")
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func saysWhatIsLeftToDoForAnOrder(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.available, sinks: "crm")
            let order = try #require(try await ledger.orders(OrderQuery()).first)
            let fetch = try #require(try await ledger.leaseFetches().first)
            var work = try await ledger.work(ofOrder: order.key)
            let leased = try #require(work.jobs.first { $0.kind == .fetch })
            #expect(leased.isLeased && leased.attempts == 1 && leased.lastReason == nil)

            let due = Sample.now + .seconds(60)
            try await ledger.postpone(fetch.lease, until: due, reason: "HTTP 500", refusedAt: nil)

            work = try await ledger.work(ofOrder: order.key)
            let postponed = try #require(work.jobs.first { $0.kind == .fetch })
            #expect(postponed.due == due && !postponed.isLeased && postponed.lastReason == "HTTP 500")
            #expect(work.problem == nil)
            let again = try #require(try await ledger.leaseFetches(at: due).first)
            try await ledger.abandonFetch(again, reason: "gave up", now: due)
            work = try await ledger.work(ofOrder: order.key)
            #expect(work.problem == "gave up")
            #expect(!work.jobs.contains { $0.kind == .fetch })
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func givesEachSinkItsOwnRoom(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            for nonce in "abcdef" {
                try await ledger.confirmed(.searching, nonce: nonce, id: "id\(nonce)", sinks: "crm", "files", "off")
            }
            let room = [try Sample.sink("crm"): 2, try Sample.sink("files"): 100, try Sample.sink("none"): 9]

            let works = try await ledger.leaseDeliveries(room: room, now: Sample.now, leaseFor: Sample.lease)

            #expect(works.count { $0.sink.rawValue == "crm" } == 2)
            #expect(works.count { $0.sink.rawValue == "files" } == 6)
            #expect(works.count == 8)
            #expect(try await ledger.leaseDeliveries(to: "crm").count == 4, "those that are left, and none twice")
            #expect(try await ledger.leaseDeliveries(to: "off", limit: 0) == [])
            #expect(try await ledger.leaseDeliveries(to: "off").count == 6)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func leavesADisabledSinkAloneUntilItIsEnabled(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, process in
            for nonce in "abc" {
                try await ledger.confirmed(.searching, nonce: nonce, id: "id\(nonce)", sinks: "crm", "files")
            }
            let crm = try Sample.sink("crm")
            let gone = try #require(try await ledger.leaseDeliveries(limit: 1).first)

            try await ledger.finish(gone, action: .disableSink(reason: "status 410"), now: Sample.now)

            #expect(try await ledger.sinks()[crm]?.disabled?.reason == "status 410")
            #expect(try await ledger.deliveries(DeliveryQuery(states: [.dead])).isEmpty, "it waits like the others")
            let waiting = try #require(try await ledger.delivery(matching: gone.deliveryID))
            #expect(waiting.state == .pending && waiting.lastError == "status 410")
            #expect(try await ledger.leaseDeliveries() == [])
            #expect(try await ledger.leaseDeliveries(to: "files").count == 3)
            try await withLedgerAfterCrash(of: process) { ledger in
                let claimed = try await ledger.leaseDeliveries()
                #expect(claimed == [], "also after a start")
            }
            #expect(try await ledger.enable(crm, now: Sample.now))
            #expect(try await !ledger.enable(crm, now: Sample.now))
            #expect(try await ledger.sinks()[crm]?.disabled == nil)
            let works = try await ledger.leaseDeliveries()
            #expect(works.count == 3)
            #expect(works.first { $0.deliveryID == gone.deliveryID }?.lease.attempt == 2)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func aDeadLetterThatIsReplayedHasAllItsAttemptsAgain(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.searching, sinks: "crm")
            let schedule = DeliveryRetryPolicy(maxAttempts: 3, firstDelay: .seconds(1), maxDelay: .seconds(1))
            var now = Sample.now
            func fail() async throws -> DeliveryRetryPolicy.Action {
                let work = try #require(try await ledger.leaseDeliveries(at: now).first)
                let action = schedule.action(
                    after: .transient(reason: "503"),
                    attempt: work.lease.attempt,
                    random: 1
                )
                try await ledger.finish(work, action: action, now: now)
                now = now + .seconds(2)
                return action
            }
            for _ in 0..<2 { _ = try await fail() }
            guard case .deadLetter = try await fail() else {
                Issue.record("three attempts were not enough")
                return
            }
            let letter = try #require(try await ledger.deliveries(DeliveryQuery(states: [.dead])).first)

            _ = try await ledger.replay(delivery: letter.id, now: now)

            for _ in 0..<2 {
                guard case .retry = try await fail() else {
                    Issue.record("it was dead again at once")
                    return
                }
            }
            guard case .deadLetter = try await fail() else {
                Issue.record("it has more attempts than a new one")
                return
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func whatWasDeliveredIsNotCountedAsWork(_ kind: LedgerKind) async throws {
        try await withLedger(kind) { ledger, _ in
            try await ledger.confirmed(.searching, sinks: "crm", "files")
            for work in try await ledger.leaseDeliveries() {
                try await ledger.finish(work, action: .complete, now: Sample.now)
            }
            let later = try await ledger.summary(now: Sample.now + .seconds(3600))
            #expect(later.deliveriesByState == ["delivered": 1, "pending": 1])
            #expect(later.jobsByKind["deliver"] == 1)
            for work in try await ledger.leaseDeliveries(to: "files") {
                try await ledger.finish(work, action: .complete, now: Sample.now)
            }
            let end = try await ledger.summary(now: Sample.now + .seconds(3600))
            #expect(end.jobsByKind["deliver"] == nil)
            #expect(end.oldestDueMilliseconds["deliver"] == nil)
        }
    }
}
