import Dispatch
import Foundation
import Glibc

/// SIGINT and SIGTERM, waited for instead of died from.
struct StopSignals {
    private let stream: AsyncStream<Void>
    private let sources: [any DispatchSourceProtocol]

    /// From here on the signals no longer end the process.
    ///
    /// - Parameter readsInput: Whether the end of standard input counts as a signal, too.
    init(orEndOfInput readsInput: Bool) {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        self.stream = stream
        let queue = DispatchQueue(label: "signals")
        let signals: [any DispatchSourceProtocol] = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { continuation.yield() }
            source.resume()
            return source
        }
        guard readsInput else {
            sources = signals
            return
        }
        let input = DispatchSource.makeReadSource(fileDescriptor: STDIN_FILENO, queue: queue)
        input.setEventHandler {
            // Nothing is expected there but the end.
            if FileHandle.standardInput.availableData.isEmpty { continuation.yield() }
        }
        input.resume()
        sources = signals + [input]
    }

    /// Returns when one of the signals has come.
    func wait() async {
        for await _ in stream { break }
        for source in sources { source.cancel() }
    }
}
