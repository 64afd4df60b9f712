import Testing

@testable import Pipeline

@Suite struct PacingTests {
    @Test func pausesLongerTheOftenerTheLedgerFails() {
        var pacing = Pacing()
        var pauses: [Duration] = []

        for _ in 0..<9 {
            pacing.leased(nil)
            pauses.append(pacing.pause)
        }

        #expect(pauses.prefix(3) == [.milliseconds(250), .milliseconds(500), .seconds(1)])
        #expect(pauses.last == .seconds(16))
        pacing.leased(0)
        #expect(pacing.pause == .zero)
    }

    @Test func pausesWhenItIsWokenAgainAndAgainForNothing() {
        var pacing = Pacing()

        for _ in 0..<4 {
            #expect(pacing.pause == .zero)
            pacing.woken(after: .zero)
            pacing.leased(0)
        }
        #expect(pacing.pause > .zero)

        pacing.leased(1)
        #expect(pacing.pause == .zero)
    }

    @Test func neverPausesWhileWaitingTakesItsTime() {
        var pacing = Pacing()

        for _ in 0..<10 {
            pacing.woken(after: .milliseconds(50))
            pacing.leased(0)
        }

        #expect(pacing.pause == .zero)
    }

    @Test(
        arguments: [
            (1, nil, .seconds(600), .seconds(2)), (2, nil, .seconds(600), .seconds(4)),
            (0, nil, .seconds(600), .seconds(2)),
            (100, nil, .seconds(600), .seconds(600)), (100, nil, .seconds(3600), .seconds(3600)),
            (1, .seconds(30), .seconds(600), .seconds(30)), (5, .seconds(1), .seconds(600), .seconds(32)),
            (1, .seconds(1_000_000), .seconds(600), .seconds(86_400)),
        ] as [(Int, Duration?, Duration, Duration)]
    )
    func backsOffByDoublingAndObeysTheOtherSide(attempt: Int, asked: Duration?, longest: Duration, wait: Duration) {
        #expect(Sample.environment.backoff(after: attempt, atLeast: asked, upTo: longest) == wait)
    }

    @Test func leasesOutliveWhatIsDoneUnderThem() {
        let settings = FlowSettings()

        #expect(settings.verifyLease > settings.callTimeLimit * OrderVerification.maxReads)
        #expect(settings.fetchLease > settings.documentTimeLimit)
    }
}
