import BaseKit
import Crypto
import Foundation
import Testing

extension EndToEnd {
    @Suite(.timeLimit(.minutes(10)))
    struct LargeDocumentTests {
        @Test func aDocumentOf256MiBPassesThroughLittleMemory() async throws {
            try await withTestBed(sandbox: ["--document-size", "256MiB"]) { bed in
                try await bed.receiver { receiver in
                    let registration = try await bed.registrations(1)[0]
                    let id = try await bed.order(calledBackAt: [registration])[0]
                    try await bed.advance(to: "Visura evasa")
                    let url = try #require(registration["url"]?.string)
                    let answer = try await bed.post(url, #"{"_id":"\#(id)","stato_richiesta":"Visura evasa"}"#)
                    #expect(answer == 200)

                    try await bed.until { try await bed.status()["documents"] == 1 }
                    try await bed.until { try await bed.status()["jobs"] == [:] }
                    let peak = try receiver.program.peakResidentBytes()

                    #expect(peak < 96 << 20)
                    let truth = try await bed.sandboxOrder(id)
                    #expect(truth["size"]?.int64 == 256 << 20)
                    let name = try #require(try bed.deliveredDocuments().first)
                    let delivered = try sha256(ofFile: "\(bed.directory)/documents/\(name)")
                    #expect(truth["sha256"]?.string == delivered)
                    let told = try bed.downstream.arrivals().compactMap { $0["document"]?.string }
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
