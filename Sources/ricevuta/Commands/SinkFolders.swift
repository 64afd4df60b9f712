import RicevutaConfiguration
import RicevutaCore
import Sinks

/// What `config check` finds in the folders of the configured sinks.
struct SinkFolders {
    private static let timeLimit = Duration.seconds(5)

    /// What of the usual is not to be had there, a sentence each.
    var notes: [String] = []
    /// Why deliveries would fail, a sentence each.
    var failures: [String] = []

    static func look(at configuration: Configuration) async -> SinkFolders {
        var found = SinkFolders()
        for sink in configuration.sinks {
            guard case .directory(let path, _) = sink.destination else { continue }
            switch await DirectorySink(name: sink.name, root: path).probe(within: timeLimit) {
            case .missing: found.notes.append("sink \(sink.name): \(path) does not exist yet; it will be created")
            case .works(let notes): found.notes += notes.map { "sink \(sink.name): \(path): \($0)" }
            case .fails(let reason): found.failures.append("sink \(sink.name): \(reason)")
            }
        }
        return found
    }
}
