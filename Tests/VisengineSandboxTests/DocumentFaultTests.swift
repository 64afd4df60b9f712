import AsyncHTTPClient
import BaseKit
import Foundation
import NIOCore
import NIOHTTP1
import Testing
import VisengineSandbox

/// Documents that arrive damaged, on request.
@Suite(.timeLimit(.minutes(1)))
struct DocumentFaultTests {
    @Test(arguments: [2000, 200_000])
    func truncatedBase64StopsWithinAGroup(size: Int) async throws {
        try await withSandbox(SandboxConfiguration(documentBytes: size)) { wire in
            let id = try await wire.place()
            let whole = try await wire.download(id)
            wire.sandbox.setFaults { $0.document = .truncatedBase64 }

            let cut = try Download(try await wire.send(.get, "/documento/\(id)"))

            #expect(cut.announcedSize == Int64(size))
            #expect(cut.text.utf8.count % 4 == 1)
            #expect(cut.text.utf8.count < whole.text.utf8.count)
            #expect(cut.bytes == nil)
            #expect(whole.text.hasPrefix(cut.text.dropLast()))
        }
    }

    @Test func aWrongLengthIsOneTooMuch() async throws {
        try await withSandbox { wire in
            let id = try await wire.place()
            let right = try await wire.download(id)
            wire.sandbox.setFaults { $0.document = .wrongLength }

            let wrong = try Download(try await wire.send(.get, "/documento/\(id)"))

            #expect(right.announcedSize == 20_000)
            #expect(wrong.announcedSize == 20_001)
            #expect(wrong.text == right.text)
        }
    }

    @Test(arguments: [true, false])
    func aBrokenStructureHasNoEndAndARightLength(isZipped: Bool) async throws {
        try await withSandbox(SandboxConfiguration(isZipped: isZipped)) { wire in
            let id = try await wire.place()
            let whole = try #require(try await wire.download(id).bytes)
            wire.sandbox.setFaults { $0.document = .brokenStructure }

            let broken = try Download(try await wire.send(.get, "/documento/\(id)"))

            let bytes = try #require(broken.bytes)
            #expect(broken.announcedSize == Int64(bytes.count))
            #expect(whole.starts(with: bytes))
            let end = isZipped ? Array("PK\u{5}\u{6}".utf8) : Array("startxref".utf8)
            #expect(whole.firstRange(of: end) != nil)
            #expect(bytes.firstRange(of: end) == nil)
        }
    }

    @Test func aCutOffAnswerBreaksTheConnection() async throws {
        try await withSandbox(SandboxConfiguration(documentBytes: 200_000)) { wire in
            let id = try await wire.place()
            let whole = try await wire.download(id)
            wire.sandbox.setFaults { $0.document = .cutOff }
            var request = HTTPClientRequest(url: wire.sandbox.baseURL + "/documento/\(id)")
            request.headers.add(name: "authorization", value: "Bearer sandbox-token")

            let response = try await wire.http.execute(request, deadline: .now() + .seconds(30))
            var received: [UInt8] = []
            await #expect(throws: (any Error).self) {
                for try await piece in response.body { received += Array(buffer: piece) }
            }

            #expect(response.status == .ok)
            #expect((try? JSONValue(parsing: received)) == nil)
            let text = String(decoding: received, as: UTF8.self)
            let file = try #require(text.firstRange(of: #""file":""#))
            #expect(whole.text.hasPrefix(text[file.upperBound...]))
        }
    }

    @Test(arguments: [1, 3])
    func aFaultIsInSoManyDocuments(times: Int) async throws {
        try await withSandbox { wire in
            let id = try await wire.place()
            wire.sandbox.setFaults { ($0.document, $0.documentTimes) = (.wrongLength, times) }

            var sizes: [Int64] = []
            for _ in 0...times { sizes.append(try await wire.download(id).announcedSize) }

            #expect(sizes == Array(repeating: 20_001, count: times) + [20_000])
        }
    }

    /// A document that is refused uses up nothing.
    @Test func aFaultWaitsForADocument() async throws {
        try await withSandbox { wire in
            let id = try await wire.place()
            wire.sandbox.setFaults { ($0.document, $0.documentTimes) = (.wrongLength, 1) }

            #expect(try await wire.send(.get, "/documento/\(id)").status == 422)
            #expect(try await wire.download(id).announcedSize == 20_001)
        }
    }
}
