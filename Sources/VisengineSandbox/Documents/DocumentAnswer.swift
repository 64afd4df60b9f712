import BaseKit

/// The answer of `GET /documento/{_id}`, with or without a fault in it.
enum DocumentAnswer {
    /// The answer's pieces; `dimensione` is a text, as on the provider's page, where that is asked for.
    static func pieces(of document: SandboxDocument, fault: DocumentFault?, sizeIsText: Bool = false) -> BodyPieces {
        var tail = document.tail
        var size = document.size
        if fault == .brokenStructure {
            // The end of an archive's directory and of a PDF's trailer are shorter than this.
            tail.removeLast(min(64, tail.count))
            size = document.head.count + document.repeats * Filler.blockSize + tail.count
        }
        let announced = fault == .wrongLength ? size + 1 : size
        let length = sizeIsText ? "\"\(announced)\"" : "\(announced)"
        let opening = #"{"data":{"nome":"\#(document.name)","dimensione":\#(length),"file":""#
        let closing = #""},"success":true,"message":"","error":null}"#
        var runs: [BodyPieces.Run] = [
            .init(Array(opening.utf8)), .init(Base64.encode(document.head[...])),
        ]
        switch fault {
        case nil, .wrongLength, .brokenStructure:
            runs.append(.init(Filler.base64, times: document.repeats))
            runs.append(.init(Base64.encode(tail[...])))
            runs.append(.init(Array(closing.utf8)))
        case .truncatedBase64:
            // One character more than whole groups: base64 that stops within one.
            runs.append(.init(Filler.base64, times: document.repeats / 2))
            runs.append(.init(Array("A".utf8)))
            runs.append(.init(Array(closing.utf8)))
        case .cutOff:
            runs.append(.init(Filler.base64, times: document.repeats / 2))
            return BodyPieces(runs, breaksOff: true)
        }
        return BodyPieces(runs)
    }
}
