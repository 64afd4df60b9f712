import ArgumentParser
import BaseKit
import Pipeline
import RicevutaCore

/// Whether, and for how long, to wait for an order's document.
struct WaitOption: ParsableArguments {
    @Flag(help: "Wait until the document is archived; needs a running `serve`, which fetches it.")
    var wait = false

    @Option(
        help: "How long to wait, such as 30s, 10m or 2d; exits 1 if that is over. Default: as long as it takes.",
        transform: { text in
            guard let duration = Quantity.duration(text) else {
                throw ValidationError("--timeout must be a duration, such as 30s or 10m.")
            }
            return duration
        }
    )
    var timeout: Duration?

    func validate() throws {
        if timeout != nil, !wait { throw ValidationError("--timeout needs --wait.") }
    }

    /// Waits for the document of an order, with a bar that shows how far it is.
    ///
    /// - Parameters:
    ///   - name: The order's name in the ledger.
    ///   - ledger: The ledger.
    /// - Returns: The order, its document in the archive.
    /// - Throws: ``CommandFailure``, `LedgerError`, or `CancellationError`.
    func document(of name: String, in ledger: any LedgerReader) async throws -> OrderRecord {
        let waiting = OrderWaiting(timeout: timeout) { () throws(LedgerError) in
            guard let record = try await ledger.order(named: name) else { throw .notFound(what: "order", name: name) }
            return record
        }
        var bar = ProgressBar()
        defer { Terminal.endDrawing() }
        do throws(OrderWaiting.Failure) {
            return try await waiting.run(
                report: { bar.show($0) },
                stalled: { record in
                    Terminal.endDrawing()
                    await Self.explain(record, ledger)
                }
            )
        } catch {
            switch error {
            case .ended(let text): throw CommandFailure(.orderEnded, "the order ended without a document: \(text)")
            case .needsChoice:
                let show = "`ricevuta order show \(name)`"
                throw CommandFailure(.choiceNeeded, "the order waits for a choice among search results: see \(show)")
            case .timedOut:
                throw CommandFailure(
                    .waitTimedOut,
                    "timed out waiting for the document; `ricevuta explain \(name)` says why"
                )
            case .ledger(let failure): throw failure
            case .cancelled: throw CancellationError()
            }
        }
    }

    /// Says why nothing happens.
    private static func explain(_ record: OrderRecord, _ ledger: any LedgerReader) async {
        // Beside the point while the order itself can be read.
        let isServed = (try? await ledger.isServed(now: .now())) ?? true
        if !isServed {
            Terminal.noteThatNothingServes()
        } else if record.id == nil {
            Terminal.note("the provider has not confirmed the order yet; the service looks for it by its token")
        } else {
            Terminal.note("still waiting; `ricevuta explain \(record.name)` says for what")
        }
    }
}
