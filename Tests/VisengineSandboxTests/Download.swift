import BaseKit
import Foundation
import NIOHTTP1
import Testing
import Visengine
import VisengineSandbox

/// An answer of `GET /documento/{_id}`, taken apart without the sandbox's own code.
struct Download {
    var name: String
    var announcedSize: Int64
    /// The base64 as it came.
    var text: String

    init(_ answer: Answer) throws {
        try #require(answer.status == 200, "\(answer.summary)")
        #expect(answer.headers["content-type"] == ["application/json"])
        #expect(answer.json.object?.members.map(\.key) == ["data", "success", "message", "error"])
        #expect(answer.json["success"] == true)
        #expect(answer.json["error"] == .null)
        #expect(answer.data.object?.members.map(\.key) == ["nome", "dimensione", "file"])
        name = try #require(answer.data["nome"]?.string)
        guard case .number(let digits) = answer.data["dimensione"] else { throw NoNumber() }
        announcedSize = try #require(Int64(digits))
        text = try #require(answer.data["file"]?.string)
    }

    /// The document; `nil` when the text is no base64.
    var bytes: [UInt8]? { Data(base64Encoded: text).map { Array($0) } }

    private struct NoNumber: Error {}
}

extension Wire {
    /// Fetches the document of an order that is brought to its end for it.
    func download(_ id: OrderID) async throws -> Download {
        sandbox.finish(id)
        return try Download(try await send(.get, "/documento/\(id)"))
    }
}
