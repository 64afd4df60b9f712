import BaseKit
import Foundation
import Subprocess
import Testing

extension EndToEnd {
    /// What the program leaves alone.
    @Suite(.timeLimit(.minutes(2)))
    struct RestraintTests {
        /// No child can hold up a worker, and no edit can lose what somebody wrote into the file.
        @Test func startsNoOtherProgramAndLeavesItsConfigurationAsItIs() async throws {
            try await withTestBed { bed in
                let before = try String(contentsOfFile: bed.configuration, encoding: .utf8) + "# A comment.\n"
                try before.write(toFile: bed.configuration, atomically: true, encoding: .utf8)
                try await bed.receiver { receiver in
                    let registration = try await bed.registrations(1)[0]
                    let id = try await bed.order(calledBackAt: [registration])[0]
                    try await bed.advance(to: "Visura evasa")
                    let url = try #require(registration["url"]?.string)
                    let answer = try await bed.answer(url, #"{"_id":"\#(id)","stato_richiesta":"Visura evasa"}"#)
                    #expect(answer == "200 accepted")

                    try await bed.until {
                        #expect(try Self.children(of: receiver.program.identifier) == [])
                        let status = try await bed.status()
                        return status["documents"] == 1 && status["jobs"] == [:]
                    }
                    let documents = try bed.deliveredDocuments()
                    #expect(documents.count == 1)
                    receiver.program.signal(.terminalClosed)
                    _ = try await bed.text(receiver.admin + "/readyz")
                    #expect(try Self.children(of: receiver.program.identifier) == [])
                }
                let after = try String(contentsOfFile: bed.configuration, encoding: .utf8)
                #expect(after == before)
            }
        }

        /// The processes that any of a process's threads has started and that live.
        private static func children(of process: Int32) throws -> [String] {
            let threads = "/proc/\(process)/task"
            return try FileManager.default.contentsOfDirectory(atPath: threads).flatMap { thread in
                // A thread may end between the two.
                let text = (try? String(contentsOfFile: "\(threads)/\(thread)/children", encoding: .utf8)) ?? ""
                return text.split(separator: " ").map(String.init)
            }
        }
    }
}
