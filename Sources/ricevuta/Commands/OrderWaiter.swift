import BaseKit
import RicevutaCore
import Visengine

/// Waits for an order's document, with a bar where a person looks on.
struct OrderWaiter: Sendable {
    let ledger: any LedgerReader
    let nonce: OrderNonce

    private static let steps = 5

    func run() async throws -> OrderRecord {
        let start = ContinuousClock.now
        var shown = ""
        while true {
            guard let record = try await ledger.order(named: nonce.rawValue) else {
                throw LedgerError.notFound(what: "order", name: nonce.rawValue)
            }
            let (step, text) = Self.progress(of: record)
            if Terminal.isWatched {
                let bar =
                    String(repeating: "█", count: step * 4) + String(repeating: "░", count: (Self.steps - step) * 4)
                Terminal.draw("\(bar) \(text), \((ContinuousClock.now - start).components.seconds) s")
            } else if text != shown {
                Terminal.note(text)
            }
            shown = text
            if record.document == .stored { break }
            if record.document == .failed || record.state == .cancelled || record.placement == .refused {
                Terminal.endDrawing()
                throw CommandFailure(.failed, "the order ended without a document: \(text)")
            }
            try await Task.sleep(for: .milliseconds(200))
        }
        Terminal.endDrawing()
        return try await ledger.order(named: nonce.rawValue) ?? { throw LedgerError.closed }()
    }

    private static func progress(of record: OrderRecord) -> (Int, String) {
        if record.document == .stored { return (5, "document stored") }
        if record.document == .failed { return (4, "gave up on the document") }
        return switch record.state {
        case nil: (1, record.placement.rawValue)
        case .searching, .unknown: (2, record.state?.name ?? "-")
        case .processing: (3, "processing")
        case .available, .fulfilled: (4, "fetching the document")
        case .cancelled: (4, "cancelled")
        }
    }
}

extension Terminal {
    /// Draws over the line on standard error.
    static func draw(_ text: String) { write(raw: "\r\u{1B}[K" + TerminalText.escaped(text)) }

    /// Goes on below what was drawn.
    static func endDrawing() { if isWatched { write("\n") } }
}
