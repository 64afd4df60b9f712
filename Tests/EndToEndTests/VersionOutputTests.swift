import Testing

extension EndToEnd {
    @Suite(.timeLimit(.minutes(1)))
    struct VersionOutputTests {
        @Test func theVersionNamesCommitAndLibraries() async throws {
            let output = try await Program.output(Program.executable("ricevuta"), ["--version"])
            let text = String(decoding: output.bytes, as: UTF8.self)

            #expect(output.code == 0)
            #expect(text.hasPrefix("ricevuta 0.1.0"))
            for name in ["libmicrohttpd", "GnuTLS", "SQLite", "Swift"] {
                let version = text.firstMatch(of: try Regex("\(name) [0-9]+\\.[0-9]+"))
                #expect(version != nil, "\(name) in \(text)")
            }
        }
    }
}
