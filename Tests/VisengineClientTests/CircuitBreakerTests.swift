import Testing
import VisengineClient

@Suite(.timeLimit(.minutes(1)))
struct CircuitBreakerTests {
    static let settings = CircuitBreaker.Settings(failures: 3, openFor: .seconds(30))

    /// A breaker in a state, at the time 100 s.
    enum Start: String, CaseIterable {
        case closed
        case nearlyOpen
        case open
        case halfOpen

        func breaker() -> CircuitBreaker {
            var breaker = CircuitBreaker(settings)
            let failures =
                switch self {
                case .closed: 0
                case .nearlyOpen: 2
                case .open, .halfOpen: 3
                }
            // Half open: opened 30 s before, so that the next admission is the trial.
            let opened: Duration = .seconds(self == .halfOpen ? 70 : 100)
            for _ in 0..<failures { breaker.record(.failed, now: opened) }
            if self == .halfOpen { _ = breaker.admit(now: .seconds(100)) }
            return breaker
        }
    }

    struct Step: Sendable, CustomTestStringConvertible {
        var start: Start
        var outcome: CircuitBreaker.Outcome
        var state: CircuitBreaker.State
        var testDescription: String { "\(start.rawValue), \(outcome)" }
    }

    static let steps = [
        Step(start: .closed, outcome: .answered, state: .closed(failures: 0)),
        Step(start: .closed, outcome: .failed, state: .closed(failures: 1)),
        Step(start: .closed, outcome: .unknown, state: .closed(failures: 0)),
        Step(start: .nearlyOpen, outcome: .answered, state: .closed(failures: 0)),
        Step(start: .nearlyOpen, outcome: .failed, state: .open(until: .seconds(140))),
        Step(start: .nearlyOpen, outcome: .unknown, state: .closed(failures: 2)),
        Step(start: .open, outcome: .answered, state: .open(until: .seconds(130))),
        Step(start: .open, outcome: .failed, state: .open(until: .seconds(130))),
        Step(start: .open, outcome: .unknown, state: .open(until: .seconds(130))),
        Step(start: .halfOpen, outcome: .answered, state: .closed(failures: 0)),
        Step(start: .halfOpen, outcome: .failed, state: .open(until: .seconds(140))),
        Step(start: .halfOpen, outcome: .unknown, state: .open(until: .seconds(110))),
    ]

    @Test(arguments: steps)
    func moves(_ step: Step) {
        var breaker = step.start.breaker()

        breaker.record(step.outcome, now: .seconds(110))

        #expect(breaker.state == step.state)
    }

    @Test(arguments: [
        (Start.closed, 110, CircuitBreaker.Admission.admitted), (.nearlyOpen, 110, .admitted),
        (.open, 100, .refused(retryAfter: .seconds(30))), (.open, 129, .refused(retryAfter: .seconds(1))),
        (.open, 130, .admitted), (.halfOpen, 101, .refused(retryAfter: .seconds(29))), (.halfOpen, 130, .admitted),
    ])
    func admits(start: Start, seconds: Int, admission: CircuitBreaker.Admission) {
        var breaker = start.breaker()

        #expect(breaker.admit(now: .seconds(seconds)) == admission)
    }

    @Test func letsOneCallThroughWhenItsTimeIsOver() {
        var breaker = Start.open.breaker()

        #expect(breaker.admit(now: .seconds(130)) == .admitted)
        #expect(breaker.state == .halfOpen(since: .seconds(130)))
        #expect(breaker.admit(now: .seconds(130)) == .refused(retryAfter: .seconds(30)))
    }

    @Test func failuresThatAreNotInARowDoNotOpenIt() {
        var breaker = CircuitBreaker(Self.settings)

        for _ in 0..<10 {
            breaker.record(.failed, now: .zero)
            breaker.record(.failed, now: .zero)
            breaker.record(.answered, now: .zero)
        }

        #expect(breaker.state == .closed(failures: 0))
    }

    @Test func atLeastOneFailureIsNeeded() {
        var breaker = CircuitBreaker(CircuitBreaker.Settings(failures: 0, openFor: .seconds(1)))

        #expect(breaker.admit(now: .zero) == .admitted)
        breaker.record(.failed, now: .zero)
        #expect(breaker.state == .open(until: .seconds(1)))
    }
}
