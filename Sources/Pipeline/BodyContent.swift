import RicevutaCore
import Visengine

/// A callback's body on its way in: its bytes, what they claim, and what is wrong with them.
struct BodyContent {
    /// What is kept of the body.
    private(set) var bytes: [UInt8]
    private(set) var contentType: String?
    /// What the body claims; empty as long as it has not been read, or cannot be.
    private(set) var claim = CallbackClaim()
    /// What is wrong, in a fixed word; `nil` when nothing is.
    private(set) var problem: String?
    /// Whether nothing could be made of it.
    private(set) var isUndecodable = false

    init(bytes: [UInt8], contentType: String?) {
        self.bytes = bytes
        self.contentType = contentType
    }

    /// Reads what came with a good token: as far as it can be read.
    mutating func read(coding: String?, isCut: Bool, limit: Int) {
        var cause: BodyProblem?
        if coding != nil || isCut || bytes.first == 0x1F {
            let body = UncodedBody(bytes, coding: coding, isCut: isCut, limit: limit)
            bytes = body.bytes
            cause = body.problem
        }
        let reading = CallbackDecoder.read(body: bytes, contentType: contentType)
        claim = reading.claim
        isUndecodable = reading.problem != nil && claim.orderID == nil
        if let found = reading.problem {
            problem = cause?.rawValue ?? found.code
        } else if cause == .tooLarge {
            problem = cause?.rawValue
        }
    }

    /// Reads what has to bring a token itself, or comes without any: by the rules.
    mutating func readStrictly() {
        do throws(CallbackDecodingError) {
            claim = try CallbackDecoder.decode(body: bytes, contentType: contentType)
        } catch {
            problem = error.code
        }
    }

    /// Drops the body for one that claims the same.
    mutating func keepClaimOnly() {
        bytes = claim.body
        contentType = bytes.isEmpty ? contentType : "application/json"
        problem = problem ?? BodyProblem.overAllowance.rawValue
    }

    /// The content type without its parameters, for logs: as the sender wrote it, but short and visible.
    var mediaType: String {
        let name = (contentType ?? "").prefix { $0 != ";" }.unicodeScalars.filter { $0.value > 32 && $0.value < 127 }
        return name.isEmpty ? "-" : String(String.UnicodeScalarView(name.prefix(64)))
    }
}
