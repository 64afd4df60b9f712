import Synchronization
import Testing

@testable import RicevutaCore

@Suite(.timeLimit(.minutes(1)))
struct SourceCredentialsTests {
    /// Bytes that count how often they are looked at.
    private struct Watched: RandomAccessCollection {
        final class Looks: Sendable {
            let count = Mutex(0)
        }

        let bytes: [UInt8]
        let looks = Looks()
        var startIndex: Int { 0 }
        var endIndex: Int { bytes.count }

        subscript(place: Int) -> UInt8 {
            looks.count.withLock { $0 += 1 }
            return bytes[place]
        }
    }

    /// How long it takes tells neither how much of a guess is right nor how long the guess would have to be.
    @Test(arguments: [
        "secret of 24 characters.", "Xecret of 24 characters.", "secret of 24 characters!", "secret", "s", "x",
        "secret of 24 characters. And more.",
    ])
    func looksAtAsManyBytesWhateverIsShown(shown: String) {
        let watched = Watched(bytes: Array(shown.utf8))

        let isEqual = SourceCredentials.isEqual(watched, to: Array("secret of 24 characters.".utf8))

        #expect(isEqual == (shown == "secret of 24 characters."))
        #expect(watched.looks.count.withLock { $0 } == 24)
    }

    @Test(arguments: [("", "a"), ("a", ""), ("", ""), ("aa", "a"), ("a", "aa"), ("abab", "ab"), ("ab", "abab")])
    func takesNothingForAnother(shown: String, secret: String) {
        #expect(!SourceCredentials.isEqual(Array(shown.utf8), to: Array(secret.utf8)))
    }

    @Test(arguments: [
        (SourceCredentials.Scheme.basic, "BASIC dTpw"), (.basic, "basic dTpw"), (.basic, "bAsIc  dTpw"),
        (.bearer, "bearer dTpw"), (.bearer, "BEARER dTpw"),
    ])
    func takesTheSchemeInAnyCase(scheme: SourceCredentials.Scheme, authorization: String) {
        #expect(SourceCredentials(scheme, value: "dTpw").allow([authorization]))
    }
}
