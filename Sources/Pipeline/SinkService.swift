import BaseKit
public import Logging
public import RicevutaCore
public import ServiceLifecycle

/// The life of the sinks: prepares each when the program starts, and closes them when nothing is delivered any more.
///
/// The start does not wait for a sink to be prepared: one that hangs only fails its own deliveries.
public struct SinkService: Service {
    /// How long closing may take; what is not closed then, the end of the process closes.
    private static let closingTime = Duration.seconds(5)

    private let sinks: [any Sink]
    private let logger: Logger

    /// Creates a service.
    ///
    /// - Parameters:
    ///   - sinks: The destinations.
    ///   - logger: Gets a line for whatever is not as it should be.
    public init(sinks: [any Sink], logger: Logger) {
        self.sinks = sinks
        self.logger = logger
    }

    /// Runs until graceful shutdown or cancellation; started before what delivers, it is stopped after it.
    public func run() async {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                for sink in sinks { group.addTask { await prepare(sink) } }
            }
            try? await Task.sleep(for: .seconds(1 << 40))  // Until it is cancelled: a service that ends ends them all.
        }
        await withTaskGroup(of: Void.self) { group in
            for sink in sinks {
                group.addTask { _ = await TimeLimit.run(Self.closingTime) { await sink.close() } }
            }
        }
    }

    private func prepare(_ sink: any Sink) async {
        var logger = logger
        logger[metadataKey: "sink"] = "\(sink.name)"
        let ending = await TimeLimit.run(sink.limits.timeLimit) { () async -> Result<[String], SinkFailure> in
            do throws(SinkFailure) { return .success(try await sink.prepare()) } catch { return .failure(error) }
        }
        guard !Task.isCancelled else { return }
        switch ending.value {
        case .success(let limitations):
            for limitation in limitations {
                logger.warning("Sink has limitations", metadata: ["reason": "\(limitation)"])
            }
        case .failure(let failure):
            logger.error("Sink not usable; deliveries will be retried", metadata: ["reason": "\(failure)"])
        }
    }
}
