import Pipeline

/// An order's progress on standard error: a bar where a person looks on, else a line for each change.
struct ProgressBar {
    private let start = ContinuousClock.now
    private var shown = ""

    mutating func show(_ progress: OrderWaiting.Progress) {
        if Terminal.isWatched {
            let bar =
                String(repeating: "█", count: progress.step * 4)
                + String(repeating: "░", count: (OrderWaiting.Progress.steps - progress.step) * 4)
            Terminal.draw("\(bar) \(progress.text), \((ContinuousClock.now - start).components.seconds) s")
        } else if progress.text != shown {
            Terminal.note(progress.text)
        }
        shown = progress.text
    }
}

extension Terminal {
    /// Draws over the line on standard error.
    static func draw(_ text: String) { write(raw: "\r\u{1B}[K" + TerminalText.escaped(text)) }

    /// Goes on below what was drawn.
    static func endDrawing() { if isWatched { write("\n") } }
}
