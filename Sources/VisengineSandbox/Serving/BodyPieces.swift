/// A body as runs of equal pieces.
struct BodyPieces: Sendable {
    /// One piece, so many times.
    struct Run: Sendable {
        var bytes: [UInt8]
        var times: Int

        init(_ bytes: [UInt8], times: Int = 1) {
            self.bytes = bytes
            self.times = bytes.isEmpty ? 0 : times
        }
    }

    private var runs: [Run]
    private var index = 0
    /// Whether the connection is closed where the pieces end, instead of ending the body.
    let breaksOff: Bool

    init(_ runs: [Run], breaksOff: Bool = false) {
        self.runs = runs
        self.breaksOff = breaksOff
    }

    /// The bytes of all pieces.
    var size: Int { runs.reduce(0) { $0 + $1.bytes.count * $1.times } }

    mutating func next() -> [UInt8]? {
        while index < runs.count {
            if runs[index].times > 0 {
                runs[index].times -= 1
                return runs[index].bytes
            }
            index += 1
        }
        return nil
    }
}
