import BaseKit
import RicevutaConfiguration
import RicevutaCore

/// What commands find out about the configured sinks without delivering anything.
struct SinkChecks {
    /// One sink's result.
    struct Finding: Sendable {
        var sink: SinkName
        /// What of the usual is not to be had there, or why deliveries would fail.
        var result: Result<[String], SinkFailure>
    }

    /// A person waits for it.
    private static let timeLimit = Duration.seconds(5)

    /// In the order of the configuration.
    var findings: [Finding]

    /// Checks sinks side by side.
    ///
    /// - Throws: `SettingProblem`.
    static func run(_ configuration: Configuration, only name: SinkName? = nil) async throws -> SinkChecks {
        let sinks = try configuration.sinks.filter { name == nil || $0.name == name }
            .map { try $0.make(now: { .now() }) }
        let findings = await withTaskGroup(of: (Int, Finding).self) { group in
            for (place, sink) in sinks.enumerated() { group.addTask { (place, await check(sink)) } }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        return SinkChecks(findings: sinks.indices.compactMap { findings[$0] })
    }

    private static func check(_ sink: any Sink) async -> Finding {
        let ending = await TimeLimit.run(timeLimit) { () async -> Result<[String], SinkFailure> in
            do throws(SinkFailure) { return .success(try await sink.check()) } catch { return .failure(error) }
        }
        await sink.close()
        return Finding(sink: sink.name, result: ending.value)
    }
}
