import Foundation
import RicevutaCore
import TestSupport
import Testing

@testable import ricevuta

/// Who a receiver is, from start to start.
@Suite(.timeLimit(.minutes(1)))
struct ReceiverIdentityTests {
    @Test func isMadeOnceAndKept() throws {
        try withTemporaryDirectory { parent in
            let first = try ReceiverIdentity(in: "\(parent)/data").load()
            let again = try ReceiverIdentity(in: "\(parent)/data").load()
            let other = try ReceiverIdentity(in: "\(parent)/other").load()

            #expect(first == again)
            #expect(first != other)
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(parent)/data") == ["receiver.id"])
        }
    }

    @Test(arguments: ["", "no id\n", "0123456789ABCDEF\n", "0123456789abcdef0\n"])
    func isNotMadeAnewWhereItCannotBeRead(_ text: String) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/receiver.id"
            try text.write(toFile: path, atomically: false, encoding: .utf8)

            let error = ReceiverIdentityError.unreadable(path)
            #expect(throws: error) { try ReceiverIdentity(in: directory).load() }
            #expect(error.description.contains("restore it from a backup"))
            #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
        }
    }
}
