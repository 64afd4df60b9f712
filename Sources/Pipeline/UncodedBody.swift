import BaseKit

/// What is wrong with a body that a good token came with, apart from what it says.
enum BodyProblem: String {
    /// It was longer than is read; only its beginning was looked at.
    case tooLarge = "callback_too_large"
    /// `Content-Encoding` names something that is not known here.
    case unknownCoding = "callback_unknown_coding"
    /// It is not in the coding that it claims, or breaks off, or expands beyond all measure.
    case brokenCoding = "callback_broken_coding"
    /// Its order has sent so much that only what it claims was kept.
    case overAllowance = "callback_over_allowance"
}

/// A body without its content coding (RFC 9110, section 8.4), as far as that can be removed.
struct UncodedBody {
    /// The body; what there is of it when the coding is broken.
    let bytes: [UInt8]
    /// What is wrong.
    let problem: BodyProblem?

    /// More bytes for each compressed one are no callback: JSON rarely reaches a tenth of it.
    private static let maxRatio: Int64 = 200

    /// Removes the coding.
    ///
    /// - Parameters:
    ///   - body: The body as it arrived.
    ///   - coding: The values of `Content-Encoding`, if there are any; gzip tells itself without.
    ///   - isCut: Whether it is only the beginning.
    ///   - limit: The most bytes that may come out.
    init(_ body: [UInt8], coding: String?, isCut: Bool, limit: Int) {
        let names = (coding ?? "").split(separator: ",")
            .map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            .filter { !$0.isEmpty && $0 != "identity" }
        let isGzip = body.starts(with: [0x1F, 0x8B])
        let cut = isCut ? BodyProblem.tooLarge : nil
        switch names {
        // Proxies take codings away and forget the header, others add one and no header.
        case []: self = isGzip ? Self.inflated(body, cut, limit: limit) : Self(bytes: body, problem: cut)
        case ["gzip"] where isGzip, ["x-gzip"] where isGzip, ["deflate"]:
            self = Self.inflated(body, cut, limit: limit)
        case ["gzip"], ["x-gzip"]: self = Self(bytes: body, problem: cut ?? .brokenCoding)
        default: self = Self(bytes: body, problem: cut ?? .unknownCoding)
        }
    }

    private init(bytes: [UInt8], problem: BodyProblem?) {
        self.bytes = bytes
        self.problem = problem
    }

    private static func inflated(_ body: [UInt8], _ cut: BodyProblem?, limit: Int) -> UncodedBody {
        let inflater = Inflater(.automatic, maxOutputBytes: Int64(limit), maxRatio: maxRatio)
        var bytes: [UInt8] = []
        do throws(InflateError) {
            try inflater.inflate(body[...], into: &bytes)
            try inflater.finish()
            return Self(bytes: bytes, problem: cut)
        } catch {
            // What came out is the body's beginning, unless it was plain all along.
            let isFramed = body.starts(with: [0x1F, 0x8B]) || body.first.map { $0 & 0x0F == 8 } == true
            let kept = isFramed && !bytes.isEmpty ? Array(bytes.prefix(AdmittedCallback.keptBytes)) : body
            if case .tooLarge = error { return Self(bytes: kept, problem: .tooLarge) }
            return Self(bytes: kept, problem: cut ?? .brokenCoding)
        }
    }
}
