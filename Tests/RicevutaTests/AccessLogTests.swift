import RicevutaCore
import Testing

@testable import ricevuta

/// No token reaches the log, wherever in a path somebody has put it.
@Suite struct AccessLogTests {
    private static let token = "v1.k1.nnnnnnnnnnnnnnnnnnnnnn." + String(repeating: "m", count: 43)
    private static let mark = "{\(CallbackTokenKeys.fingerprint(of: token))}"

    @Test(arguments: [
        ("/callbacks", "/callbacks"), ("/", "/"), ("/alive", "/alive"), ("/callbacks/", "/callbacks/"),
        ("/callbacks/TOKEN", "/callbacks/MARK"), ("/callbacks/TOKEN/", "/callbacks/MARK/"),
        ("/prefix/callbacks/TOKEN", "/prefix/callbacks/MARK"), ("/x/TOKEN/y", "/x/MARK/y"),
    ])
    func pathsHaveFingerprintsForTokens(path: String, shown: String) {
        let path = path.replacing("TOKEN", with: Self.token)

        #expect(AccessLog.path(path) == shown.replacing("MARK", with: Self.mark))
    }

    @Test func whatStandsForATokenIsNeverShown() {
        for path in ["/callbacks/short", "/callbacks/a%62c", "/callbacks/" + String(repeating: "%41", count: 80)] {
            #expect(AccessLog.path(path).hasPrefix("/callbacks/{"), "\(path)")
        }
        #expect(AccessLog.path(String(repeating: "/abc", count: 1000)).count == 256)
    }
}
