import BaseKit
import Crypto
import Foundation
import Testing

extension EndToEnd {
    @Suite(.timeLimit(.minutes(10)))
    struct LargeDocumentTests {
        @Test func aDocumentOf256MiBPassesThroughLittleMemory() async throws {
            try await withGround(sandbox: ["--document-size", "256MiB"]) { ground in
                try await ground.receiver { receiver in
                    let registration = try await ground.registrations(1)[0]
                    let id = try await ground.order(calledBackAt: [registration])[0]
                    try await ground.advance(to: "Visura evasa")
                    let url = try #require(registration["url"]?.string)
                    let answer = try await ground.post(url, #"{"_id":"\#(id)","stato_richiesta":"Visura evasa"}"#)
                    #expect(answer == 200)

                    try await ground.until { try await ground.status()["documents"] == 1 }
                    try await ground.until { try await ground.status()["jobs"] == [:] }
                    let peak = try receiver.program.peakResidentBytes()

                    #expect(peak < 96 << 20)
                    let truth = try await ground.sandboxOrder(id)
                    #expect(truth["size"]?.int64 == 256 << 20)
                    let name = try #require(try ground.deliveredDocuments().first)
                    let delivered = try sha256(ofFile: "\(ground.directory)/documents/\(name)")
                    #expect(truth["sha256"]?.string == delivered)
                    let told = try ground.downstream.arrivals().compactMap { $0["document"]?.string }
                    #expect(Set(told) == [delivered])
                }
            }
        }
    }
}

private func sha256(ofFile path: String) throws -> String {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    defer { try? file.close() }  // It was only read.
    var hash = SHA256()
    while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { hash.update(data: piece) }
    return hash.finalize().map { String(format: "%02x", $0) }.joined()
}
