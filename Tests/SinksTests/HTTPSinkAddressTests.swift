import BaseKit
import HTTPListener
import RicevutaCore
import Synchronization
import Testing

@testable import Sinks

@Suite(.timeLimit(.minutes(1)))
struct HTTPSinkAddressTests {
    /// A name service that gives these answers one after the other, the last one for ever.
    private func service(_ answers: Result<[String], HostResolver.Failure>...) -> HostResolver {
        let left = NameService(answers)
        return HostResolver { _, _ in left.next() }
    }

    @Test func connectsToTheAddressThatWasChecked() async throws {
        try await withReceiver { receiver in
            // The system knows no such name: only the checked address can have been used.
            let sink = try TestSink.make(
                "http://receiver.invalid:\(receiver.port)/",
                addresses: service(.success(["127.0.0.1"]))
            )

            #expect(
                await sink.outcome(of: SampleNotifications.delivery(try SampleNotifications.notification()))
                    == .accepted
            )

            let host = receiver.requests.first?.head.headers["host"]
            #expect(host == "receiver.invalid:\(receiver.port)")
        }
    }

    @Test func looksTheNameUpForEachAttempt() async throws {
        try await withReceiver { receiver in
            let sink = try TestSink.make(
                "http://receiver.invalid:\(receiver.port)/",
                addresses: service(.success(["127.0.0.1"]), .success(["169.254.169.254"]), .success(["127.0.0.1"]))
            )
            var outcomes: [DeliveryOutcome] = []
            for _ in 0..<3 {
                outcomes.append(
                    await sink.outcome(of: SampleNotifications.delivery(try SampleNotifications.notification()))
                )
            }

            #expect(outcomes[0] == .accepted)
            #expect(outcomes[2] == .accepted)
            let reason = "receiver.invalid resolves to 169.254.169.254, outside the sink's allowedNetworks"
            #expect(outcomes[1] == .permanent(reason: reason))
            #expect(receiver.requests.count == 2)
        }
    }

    @Test(
        arguments: [
            ["10.0.0.1", "127.0.0.1"],  // The first is not allowed.
            ["127.0.0.2", "127.0.0.1"],  // The first does not listen.
            ["::1", "127.0.0.1"],  // Nor does this one, or there is no IPv6 here.
            ["fe80::1%eth0", "127.0.0.1"],
        ]
    )
    func triesTheAddressesInTheirOrder(addresses: [String]) async throws {
        try await withReceiver { receiver in
            let sink = try TestSink.make(
                "http://receiver.invalid:\(receiver.port)/",
                addresses: service(.success(addresses))
            )

            #expect(
                await sink.outcome(of: SampleNotifications.delivery(try SampleNotifications.notification()))
                    == .accepted
            )
            #expect(receiver.requests.count == 1)
        }
    }

    @Test(arguments: [["10.0.0.1"], ["192.168.1.1", "2001:db8::1"], ["::ffff:10.0.0.1"]])
    func refusesAddressesOutside(addresses: [String]) async throws {
        let sink = try TestSink.make("https://receiver.invalid/", addresses: service(.success(addresses)))

        let outcome = await sink.outcome(of: SampleNotifications.delivery(try SampleNotifications.notification()))

        guard case .permanent(let reason) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reason.contains("outside the sink's allowedNetworks"))
    }

    @Test func aNameThatIsNotFoundMayBeLater() async throws {
        let sink = try TestSink.make(
            "http://receiver.invalid/",
            addresses: service(.failure(.notFound("no such name")), .failure(.timedOut), .success([]))
        )
        let delivery = SampleNotifications.delivery(try SampleNotifications.notification())

        #expect(
            await sink.outcome(of: delivery) == .transient(reason: "cannot resolve receiver.invalid: no such name")
        )
        #expect(await sink.outcome(of: delivery) == .transient(reason: "resolving receiver.invalid timed out"))
        #expect(await sink.outcome(of: delivery) == .transient(reason: "receiver.invalid resolves to no address"))
    }

    @Test func movesWithTheName() async throws {
        let answers = (1...12).map { Result<[String], HostResolver.Failure>.success(["127.0.0.\($0)", "127.0.0.1"]) }
        try await withReceiver { receiver in
            let left = NameService(answers)
            let sink = try TestSink.make(
                "http://receiver.invalid:\(receiver.port)/",
                addresses: HostResolver { _, _ in left.next() }
            )

            let outcomes = try await withThrowingTaskGroup(of: DeliveryOutcome.self) { group in
                let delivery = SampleNotifications.delivery(try SampleNotifications.notification())
                for _ in 0..<60 { group.addTask { await sink.outcome(of: delivery) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }

            #expect(outcomes == Array(repeating: .accepted, count: 60))
        }
    }

    @Test func deliversToLocalhostByName() async throws {
        try await withReceiver { receiver in
            let sink = try TestSink.make("http://localhost:\(receiver.port)/")

            #expect(
                await sink.outcome(of: SampleNotifications.delivery(try SampleNotifications.notification()))
                    == .accepted
            )
        }
    }

    @Test(
        arguments: [
            ("http://10.0.0.1/", HTTPSinkError.addressNotAllowed("10.0.0.1")),
            ("http://[2001:db8::1]/", .addressNotAllowed("2001:db8::1")),
            ("ftp://localhost/", .badURL("its scheme is neither http nor https")),
            ("http+unix://localhost/", .badURL("its scheme is neither http nor https")),
            ("http://user:word@localhost/", .badURL("it contains credentials")),
            ("http://localhost/#part", .badURL("it contains a fragment, which is never sent")),
            ("http://loc%00lhost/", .badURL("its host is neither a name nor an address")),
            ("http://local$host/", .badURL("its host is neither a name nor an address")),
            ("localhost", .badURL("it is not an absolute URL of visible ASCII characters")),
            ("http:///path", .badURL("it is not an absolute URL of visible ASCII characters")),
            ("http://local host/", .badURL("it is not an absolute URL of visible ASCII characters")),
            ("", .badURL("it is not an absolute URL of visible ASCII characters")),
        ]
    )
    func refusesAURL(url: String, error: HTTPSinkError) {
        #expect(throws: error) { try TestSink.make(url) }
        #expect(!error.description.contains("user"))
    }

    @Test func refusesWhatWouldNotFit() {
        #expect(throws: HTTPSinkError.inlineLimitTooHigh((8 << 20) + 1)) {
            try TestSink.make("http://localhost/", adjust: { $0.inlineLimit = (8 << 20) + 1 })
        }
        #expect(throws: HTTPSinkError.badSource) { try TestSink.make("http://localhost/", adjust: { $0.source = "" }) }
    }
}

private final class NameService: Sendable {
    private let answers: Mutex<[Result<[String], HostResolver.Failure>]>

    init(_ answers: [Result<[String], HostResolver.Failure>]) { self.answers = Mutex(answers) }

    func next() -> Result<[String], HostResolver.Failure> {
        answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
    }
}
