import Foundation
import Testing

extension EndToEnd {
    /// What was promised outlives a power cut: the short form of `scripts/faults`.
    @Suite(.timeLimit(.minutes(10)))
    struct PowerCutTests {
        @Test func whatWasPromisedOutlivesAPowerCut() async throws {
            let script = URL(filePath: #filePath).appending(path: "../../../scripts/faults.d/run.py").standardized
            let binaries = URL(filePath: Program.executable("ricevuta")).deletingLastPathComponent().path
            let output = try await Program.output(
                "/usr/bin/env",
                ["PYTHONDONTWRITEBYTECODE=1", "python3", script.path, binaries, "--quick"]
            )
            #expect(output.code == 0, "\(String(decoding: output.bytes, as: UTF8.self))\n\(output.problems)")
        }
    }
}
