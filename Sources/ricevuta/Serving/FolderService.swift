import Logging
import ServiceLifecycle
import Sinks

/// Looks at the sinks' folders when the program starts: removes what an earlier process left half written, and reports
/// what their file systems lack.
///
/// Nobody waits for it: a folder that hangs is one that deliveries cannot be made to, and nothing else.
struct FolderService: Service {
    private static let timeLimit = Duration.seconds(30)

    let folders: [DirectorySink]
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                for folder in folders { group.addTask { await look(at: folder) } }
            }
            try? await Task.sleep(for: .seconds(1 << 40))  // Until it is cancelled: a service that ends ends them all.
        }
    }

    private func look(at folder: DirectorySink) async {
        await folder.sweep()
        let report = await folder.probe(within: Self.timeLimit)
        guard !Task.isCancelled else { return }
        var logger = logger
        logger[metadataKey: "sink"] = "\(folder.name)"
        switch report {
        case .missing: logger.info("Sink folder does not exist yet; the first delivery creates it")
        case .works(let notes):
            for note in notes {
                logger.warning("Sink folder has limitations", metadata: ["reason": "\(note)"])
            }
        case .fails(let reason):
            logger.error("Sink folder unusable; deliveries will be retried", metadata: ["reason": "\(reason)"])
        }
    }
}
