import BaseKit
import Foundation
import Subprocess
import Synchronization
import Testing

extension EndToEnd {
    /// What was acknowledged is never lost.
    @Suite(.timeLimit(.minutes(10)))
    struct KillingTests {
        @Test func whatWasAcknowledgedOutlivesKillingAtAnyMoment() async throws {
            try await withTestBed { bed in
                let load = try await LoadGenerator(bed, orders: 600)

                for round in 0..<20 {
                    try await bed.receiver { receiver in
                        await withTaskGroup(of: Void.self) { group in
                            for _ in 0..<16 { group.addTask { await load.post() } }
                            group.addTask {
                                // The moment is what is random here; nothing is waited for.
                                try? await Task.sleep(for: .milliseconds(Int.random(in: 1...1500)))
                                receiver.program.signal(.kill)
                            }
                        }
                    }
                    let ledger = try await DeadLedger(in: bed.dataDirectory)
                    #expect(load.acknowledged.subtracting(ledger.claimedOrders) == [], "round \(round)")
                    #expect(ledger.claimed + ledger.paused == ledger.due, "all that was due can be done at once")
                }

                let kept = load.acknowledged
                #expect(kept.count > 100, "there was load")
                try await bed.receiver { _ in
                    try await bed.until {
                        let fulfilled = try await bed.status()["orders"]?["fulfilled"]?.int64 ?? 0
                        let jobs = try await bed.status()["jobs"]
                        return fulfilled >= Int64(kept.count) && jobs == [:]
                    }
                    try await check(kept, bed)
                }
            }
        }

        private func check(_ orders: Set<String>, _ bed: TestBed) async throws {
            let documents = try bed.deliveredDocuments()
            // A callback may have been stored whose answer the kill cut off: such orders are served, too.
            #expect(Set(documents).count == documents.count)
            let delivered = documents.map {
                $0.split(separator: "/").last?.split(separator: "-").first.map(String.init)
            }
            #expect(orders.isSubset(of: delivered.compactMap { $0 }))
            #expect(Set(delivered).count == documents.count, "each order's document is there once")

            let arrivals = try bed.downstream.arrivals().filter { $0["type"]?.string == "document.available" }
            #expect(arrivals.allSatisfy { $0["verified"] == true })
            var ids: [String: Set<String>] = [:]
            for arrival in arrivals {
                ids[arrival["order"]?.string ?? "-", default: []].insert(arrival["id"]?.string ?? "-")
            }
            #expect(orders.isSubset(of: ids.keys), "every notification arrives at least once")
            #expect(ids.values.allSatisfy { $0.count == 1 }, "and has the same id each time")
        }
    }
}

/// Callbacks without end, and which orders' were acknowledged.
private final class LoadGenerator: Sendable {
    private struct State {
        var next = 0
        var acknowledged: Set<String> = []
    }

    private let bed: TestBed
    private let calls: [(order: String, call: TestBed.Call)]
    private let state = Mutex(State())

    init(_ bed: TestBed, orders: Int) async throws {
        self.bed = bed
        let registrations = try await bed.registrations(orders)
        let ids = try await bed.order(calledBackAt: registrations)
        try await bed.advance(to: "Visura evasa")
        var calls: [(order: String, call: TestBed.Call)] = []
        for (registration, id) in zip(registrations, ids) {
            let url = try #require(registration["url"]?.string)
            calls += FulfilledShapes.of(id, at: url).map { (id, $0) }
        }
        self.calls = calls.shuffled()
    }

    /// The orders that had a callback answered 200.
    var acknowledged: Set<String> { state.withLock(\.acknowledged) }

    /// Posts one after another until the receiver is gone.
    func post() async {
        while true {
            let (order, call) = state.withLock { state in
                defer { state.next += 1 }
                return calls[state.next % calls.count]
            }
            guard let status = try? await bed.post(call) else { return }  // Killed.
            if status == 200 { state.withLock { _ = $0.acknowledged.insert(order) } }
        }
    }
}
