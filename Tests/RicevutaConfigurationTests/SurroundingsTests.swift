import FoundationEssentials
import RicevutaCore
import Sinks
import Testing

@testable import RicevutaConfiguration

/// What stands outside of the file, looked at and not touched.
@Suite("what a configuration relies on")
struct SurroundingsTests {
    private static let folders = Surroundings(checksFolders: true) { _ in .init() }

    private func problems(_ fixture: ConfigurationFixture, _ surroundings: Surroundings = folders) -> [String] {
        do {
            _ = try fixture.load(surroundings: surroundings)
            return []
        } catch {
            return error.problems.map { "\($0.line):\($0.column) \($0.key): \($0.message)" }
        }
    }

    @Test(
        "a sink's folder that is there, or can be made, or cannot",
        arguments: [
            (".", nil), ("new", nil), ("new/and/deep", nil),
            ("ricevuta.yaml", "is not a directory"),
            ("ricevuta.yaml/x", "cannot be created: DIRECTORY/ricevuta.yaml is not a directory"),
            ("/proc/documents", "cannot be created: /proc is not writable for this user"),
            ("/sys", "is not writable for this user"),
        ] as [(String, String?)]
    )
    func folder(_ path: String, _ problem: String?) throws {
        let sink = "dataDirectory: /nonexistent\nsinks: [{name: a, type: directory, path: \(path)}]"
        let fixture = try ConfigurationFixture(ConfigurationFixture.least + sink)
        let before = try FileManager.default.contentsOfDirectory(atPath: fixture.directory)

        let found = problems(fixture)

        #expect(
            found.map { $0.replacing(fixture.directory, with: "DIRECTORY") }
                == (problem.map { ["4:42 sinks[0].path: \($0)"] } ?? [])
        )
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.directory) == before, "nothing is made")
        #expect(fixture.refusals() == [], "the file alone is good")
    }

    @Test("a data directory that this user cannot use is a warning: the service's user may")
    func dataDirectory() throws {
        let fixture = try ConfigurationFixture(ConfigurationFixture.least + "dataDirectory: ricevuta.yaml")

        let warnings = try fixture.load(surroundings: Self.folders).warnings

        #expect(warnings.map(\.key) == ["dataDirectory"])
        #expect(warnings.map(\.message) == ["is not a directory; the service's user has to be able to write there"])
    }

    @Test("TLS files are looked at as absolute paths, and what is found stands at their keys")
    func tls() throws {
        let fixture = try ConfigurationFixture(
            ConfigurationFixture.least + "listener: {tls: {certificate: c.pem, privateKey: k.pem}}"
        )
        try fixture.add("k.pem", "key", permissions: 0o644)
        let directory = fixture.directory
        let bad = Surroundings(checksFolders: false) { tls in
            let isAbsolute = tls.certificate == directory + "/c.pem" && tls.privateKey == directory + "/k.pem"
            return .init(problems: isAbsolute ? [SettingProblem("certificate", "is bad")] : [])
        }
        #expect(problems(fixture, bad) == ["3:31 listener.tls.certificate: is bad"])

        let old = Surroundings(checksFolders: false) { _ in .init(warnings: [SettingProblem("certificate", "is old")]) }
        let warnings = try fixture.load(surroundings: old).warnings
        #expect(
            warnings.map { "\($0.key) \($0.message)" } == [
                "listener.tls.certificate is old",
                "listener.tls.privateKey can be read by every user of this machine; run chmod 600 on it",
            ]
        )
        #expect(try fixture.load().warnings.isEmpty)
    }
}
