import Callbacks
import SQLiteLedger
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1)))
struct RedactionTests {
    @Test func removesOldBodiesAndNothingElse() async throws {
        try await withLedger { ledger, _ in
            for second in 0..<6 {
                let at = Sample.now + .seconds(second)
                _ = await ledger.record(try Sample.callback(state: .unknown("\(second)"), body: "secret", at: at))
            }
            let before = try await ledger.callbacks()

            #expect(try await ledger.redactBodies(olderThan: Sample.now) == 0)
            #expect(try await ledger.redactBodies(olderThan: Sample.now + .seconds(4)) == 4)
            #expect(try await ledger.redactBodies(olderThan: Sample.now + .seconds(4)) == 0)

            #expect(try await ledger.callbacks() == before)
            let again = await ledger.record(try Sample.callback(state: .unknown("0"), body: "secret"))
            #expect(again == .duplicate(id: try #require(before.first).id), "its fact is still known")
        }
    }

    @Test func redactsMoreThanOneStepTakes() async throws {
        try await withLedger { ledger, _ in
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<1201 {
                    group.addTask {
                        guard let callback = try? Sample.callback(id: "id\(number)") else { return }
                        _ = await ledger.record(callback)
                    }
                }
            }
            let redacted = try await ledger.redactBodies(olderThan: Sample.now + .seconds(1))

            #expect(redacted == 1201)
        }
    }

    @Test(.enabled(if: SQLiteTool.isInstalled))
    func leavesNothingOfABodyInItsRow() async throws {
        try await withLedger { ledger, directory in
            _ = await ledger.record(try Sample.callback(state: .searching, body: "old"))
            _ = await ledger.record(try Sample.callback(body: "new", at: Sample.now + .seconds(1)))
            let bodies = "SELECT group_concat(coalesce(CAST(body AS TEXT), 'none')) FROM callbacks"
            #expect(try SQLiteTool.run(bodies, in: directory) == "old,new")

            _ = try await ledger.redactBodies(olderThan: Sample.now + .seconds(1))

            #expect(try SQLiteTool.run(bodies, in: directory) == "none,new")
        }
    }
}
