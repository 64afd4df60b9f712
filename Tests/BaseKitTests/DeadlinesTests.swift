import BaseKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct DeadlinesTests {
    private let deadlines = Deadlines()

    @Test(arguments: [Duration.zero, .milliseconds(1), .milliseconds(40), .milliseconds(1100)])
    func waitsForTheTimeAndLittleLonger(_ time: Duration) async {
        let start = ContinuousClock.now

        let isOver = await deadlines.sleep(for: time)

        #expect(isOver)
        #expect(ContinuousClock.now - start >= time)
    }

    @Test func comesInTheOrderOfTheTimesWhateverTheOrderOfTheCalls() async {
        let order = await withTaskGroup(of: Int.self) { [deadlines] group in
            for milliseconds in [300, 20, 160, 80] {
                group.addTask {
                    await deadlines.sleep(for: .milliseconds(milliseconds))
                    return milliseconds
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }

        #expect(order == [20, 80, 160, 300])
    }

    @Test func aCancelledWaitEndsAtOnceAndIsForgotten() async {
        let isOver = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<100 { group.addTask { [deadlines] in await deadlines.sleep(for: .seconds(3600)) } }
            group.cancelAll()
            return await group.contains(true)
        }

        #expect(!isOver)
        #expect(deadlines.count == 0)
    }

    @Test func aCancelledTaskDoesNotWaitAtAll() async {
        let isOver = await withTaskGroup(of: Bool.self) { group in
            group.cancelAll()
            group.addTask { [deadlines] in await deadlines.sleep(for: .seconds(3600)) }
            return await group.contains(true)
        }

        #expect(!isOver)
        #expect(deadlines.count == 0)
    }

    @Test func anEarlierTimeIsNotHeldUpByALaterOne() async {
        let late = deadlines.run(after: .seconds(3600)) {}

        let isOver = await deadlines.sleep(for: .milliseconds(5))

        #expect(isOver)
        #expect(deadlines.count == 1)
        deadlines.cancel(late)
        #expect(deadlines.count == 0)
    }

    @Test func aTimeWithoutEndIsNoMistake() {
        let ticket = deadlines.run(after: .seconds(Int64.max)) {}

        #expect(deadlines.count == 1)
        deadlines.cancel(ticket)
    }
}
