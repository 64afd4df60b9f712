public import BaseKit
import Visengine

extension OrderStory {
    /// What an order waits for.
    public enum Waiting: Sendable, Equatable {
        /// Nothing: everything that can come of it is done.
        case nothing(String)
        /// The provider, to go on with it; read back next at that time, or now.
        case provider(next: Timestamp?, problem: String?)
        /// The provider, to show that the order exists; looked for next at that time, or now.
        case confirmation(next: Timestamp?, problem: String?)
        /// The document, fetched next at that time, or now.
        case document(next: Timestamp?, problem: String?)
        /// So many deliveries to these sinks, the next at that time, or now.
        case deliveries(Int, to: [SinkName], next: Timestamp?, problem: String?)
        /// A sink that takes nothing until somebody acts.
        case sink(SinkName, SinkStop)
        /// Somebody who chooses one of so many search results.
        case choice(Int)
        /// Somebody who deals with so many dead letters.
        case deadLetters(Int)
        /// Somebody who has the document fetched again.
        case fetchAgain(String?)
        /// A callback, or somebody who has it read back: polling has stopped.
        case callback(String?)
    }

    /// What the order waits for now.
    ///
    /// What nothing but a person can end comes before what ends by itself, and what brings the document before what
    /// tells of it.
    public var waiting: Waiting {
        if order.placement == .refused, order.id == nil, job(.verify) == nil {
            return .nothing("the provider rejected the order" + reason(work.problem))
        }
        if order.choiceSince != nil { return .choice(work.searches.reduce(0) { $0 + $1.results.count }) }
        if order.document == .failed { return .fetchAgain(work.problem) }
        if let fetch = job(.fetch) { return .document(next: next(fetch), problem: fetch.lastReason) }
        let isOver = order.document == .stored || order.state?.isTerminal == true
        if isOver, let waiting = undelivered { return waiting }
        // One that is finished has a read-back only when an operator has asked for it.
        if order.state?.isTerminal == true, job(.verify) == nil {
            return .nothing(
                order.state == .cancelled
                    ? "the order was cancelled" + reason(order.cancellationReason)
                    : "the order is finished" + (order.document == .stored ? ", its document stored" : "")
            )
        }
        guard let verify = job(.verify) else { return .callback(work.problem) }
        return order.id == nil
            ? .confirmation(next: next(verify), problem: verify.lastReason)
            : .provider(next: next(verify), problem: verify.lastReason)
    }

    /// Deliveries that are not made yet; a person's affair first.
    private var undelivered: Waiting? {
        let dead = deliveries.count { $0.state == .dead }
        if dead > 0 { return .deadLetters(dead) }
        let pending = deliveries.filter { $0.state == .pending }
        for delivery in pending {
            if let stop = stoppedSinks[delivery.sink] { return .sink(delivery.sink, stop) }
        }
        guard !pending.isEmpty else { return nil }
        // A sink that has failed before those that were not tried yet.
        let failed = pending.first { $0.lastError != nil }
        let meant = failed.map { failed in pending.filter { $0.sink == failed.sink } } ?? pending
        let next = meant.min { ($0.nextAttempt?.milliseconds ?? 0) < ($1.nextAttempt?.milliseconds ?? 0) }
        return .deliveries(
            meant.count,
            to: Set(meant.map(\.sink)).sorted { $0.rawValue < $1.rawValue },
            next: next?.nextAttempt,
            problem: failed?.lastError
        )
    }

    private func job(_ kind: JobKind) -> JobEntry? { work.jobs.first { $0.kind == kind } }

    private func next(_ job: JobEntry) -> Timestamp? { job.isLeased ? nil : job.due }

    private func reason(_ text: String?) -> String { text.map { ": \($0)" } ?? "" }

    /// The same in one sentence, with the command that helps where one does.
    public var waitingSentence: String {
        let name = order.id?.rawValue ?? order.nonce?.rawValue ?? String(order.key)
        switch waiting {
        case .nothing(let why): return "Nothing: \(why)."
        case .provider(let next, let problem):
            let promised = order.promisedBy.map { ", promised by \(Self.text($0))" } ?? ""
            let late = order.lateSince == nil ? "" : ", which is over"
            let state = order.state?.name ?? "not shown yet"
            let cure = failed(problem, now: "order refresh \(name)")
            return "The provider: the order is \(state)\(promised)\(late); \(read(next))\(cure)."
        case .confirmation(let next, let problem):
            let cure = failed(problem, now: "order refresh \(name)", isAlways: true)
            return "The provider's confirmation that the order exists; \(read(next))\(cure)."
        case .document(let next, let problem):
            let time = next.map { "next attempt \(Self.text($0))" } ?? "it is being fetched now"
            return "The document, which the provider has: \(time)\(failed(problem, now: "document fetch \(name)"))."
        case .deliveries(let count, let sinks, let next, let problem):
            let time = next.map { "the next attempt is at \(Self.text($0))" } ?? "one is under way"
            let names = sinks.map(\.rawValue).joined(separator: ", ")
            let cure = failed(problem, now: "sink retry \(names)")
            return "\(count) deliver\(count == 1 ? "y" : "ies") to \(names): \(time)\(cure)."
        case .sink(let sink, .gone(let why)):
            return "The disabled sink \(sink)\(reason(why)); `ricevuta sink enable \(sink)`."
        case .sink(let sink, .paused(let why)):
            return "The paused sink \(sink)\(reason(why)); `ricevuta sink resume \(sink)`."
        case .sink(let sink, .missing):
            return "The sink \(sink), which is not configured; `ricevuta sink move \(sink) TO` or "
                + "`ricevuta sink drop \(sink)`."
        case .choice(let count):
            return count == 0
                ? "Somebody to search again at the provider: the search found nothing to choose from."
                : "Somebody to choose one of \(count) search results at the provider; `ricevuta order show \(name)`."
        case .deadLetters(let count):
            return "Somebody to replay or dismiss \(count) dead letter\(count == 1 ? "" : "s"); "
                + "`ricevuta dead-letter list`."
        case .fetchAgain(let problem):
            return "Somebody to ask for the document again, which was given up\(reason(problem)); "
                + "`ricevuta document fetch \(name)`."
        case .callback(let problem):
            return "A callback: polling has stopped\(reason(problem)); `ricevuta order refresh \(name)`."
        }
    }

    private func read(_ next: Timestamp?) -> String {
        next.map { "it is read next at \(Self.text($0))" } ?? "it is being read now"
    }

    /// Why the last attempt failed, and the command that makes the next one at once.
    private func failed(_ problem: String?, now command: String, isAlways: Bool = false) -> String {
        let cure = problem != nil || isAlways ? "; `ricevuta \(command)` tries at once" : ""
        return (problem.map { " (last time: \($0))" } ?? "") + cure
    }

    /// Without milliseconds: `2026-03-01 09:30:00Z`.
    private static func text(_ time: Timestamp) -> String {
        let text = time.description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))Z"
    }
}

extension OrderStory.Waiting {
    /// A fixed word for programs.
    public var word: String {
        switch self {
        case .nothing: "nothing"
        case .provider: "provider"
        case .confirmation: "confirmation"
        case .document: "document"
        case .deliveries: "deliveries"
        case .sink: "sink"
        case .choice: "choice"
        case .deadLetters: "dead_letters"
        case .fetchAgain: "fetch"
        case .callback: "callback"
        }
    }
}
