import BaseKit
import Glibc
import Testing

@Suite struct ConnectFailureTests {
    @Test(arguments: [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL, EAFNOSUPPORT])
    func saysWhyThereIsNoConnection(code: Int32) {
        #expect(ConnectFailure.reason(errno: code)?.isEmpty == false)
    }

    /// After these, something may have been sent.
    @Test(arguments: [ECONNRESET, EPIPE, ETIMEDOUT, ECONNABORTED, EIO, 0])
    func leavesOutWhatAlsoEndsAConnection(code: Int32) {
        #expect(ConnectFailure.reason(errno: code) == nil)
    }
}
