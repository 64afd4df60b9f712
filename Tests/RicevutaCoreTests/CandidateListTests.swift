import BaseKit
import RicevutaCore
import Testing
import Visengine

@Suite(.timeLimit(.minutes(1)))
struct CandidateListTests {
    private func names(_ numbers: some Sequence<Int>) -> [String] { numbers.map { "id\($0)" } }

    @Test func triesTheNewestIDsAndNoMoreThanEight() throws {
        var list = CandidateList()
        for number in 1...20 {
            let change = list.name(try Sample.id("id\(number)"), callback: Int64(number))
            #expect(change?.written.callback == Int64(number))
            #expect(change?.forgotten.map(\.rawValue) == (number > 8 ? names([number - 8]) : []))
        }
        let again = list.name(try Sample.id("id15"), callback: 21)

        #expect(again?.forgotten == [])
        #expect(list.open.map(\.rawValue) == names([15, 20, 19, 18, 17, 16, 14, 13]))
        #expect(list.candidates.count == CandidateList.maxOpen)
    }

    @Test func changesNothingWhenTheOnlyIDIsNamedAgain() throws {
        var list = CandidateList()
        let id = try Sample.id()
        #expect(!list.isOnlyOpen(id))
        _ = list.name(id, callback: 1)
        #expect(list.isOnlyOpen(id))
        #expect(list.name(id, callback: 2) == nil)
        #expect(list.candidates.map(\.callback) == [1])

        _ = list.name(try Sample.id("id2"), callback: 3)

        #expect(!list.isOnlyOpen(id))
        #expect(list.name(id, callback: 4)?.written.callback == 4)
        #expect(list.open.map(\.rawValue) == names([1, 2]))
    }

    @Test func triesNoIDAgainThatWasRejected() throws {
        var list = CandidateList()
        for number in 1...2 { _ = list.name(try Sample.id("id\(number)"), callback: Int64(number)) }

        let change = list.reject(try Sample.id("id2"))
        _ = list.name(try Sample.id("id2"), callback: 3)
        let unnamed = list.reject(try Sample.id("listed"))
        _ = list.name(try Sample.id("listed"), callback: 4)

        #expect(change.written.rejection == 1)
        #expect(unnamed.written == CandidateList.Candidate(id: try Sample.id("listed"), callback: 0, rejection: 2))
        #expect(list.open.map(\.rawValue) == names([1]))
        #expect(list.isOnlyOpen(try Sample.id("id1")))
    }

    @Test func keepsTheNewestRejectionsOnly() throws {
        var list = CandidateList()
        _ = list.name(try Sample.id("open"), callback: 1)
        for number in 0..<100 {
            let change = list.reject(try Sample.id("id\(number)"))
            #expect(change.forgotten.map(\.rawValue) == (number >= 64 ? names([number - 64]) : []))
        }

        #expect(Set(list.candidates.map(\.id.rawValue)) == Set(names(36..<100) + ["open"]))
        #expect(list.open == [try Sample.id("open")])
        _ = list.name(try Sample.id("id35"), callback: 2)
        #expect(list.open.map(\.rawValue) == ["id35", "open"], "what was forgotten is tried once more")
    }
}
