/// Something in the journal that no crash leaves, found when it was opened.
public enum JournalDamage: Error, Equatable, Sendable {
    /// A place in a file holds no record, though one was acknowledged there.
    ///
    /// `missing` are the numbers of the callbacks there that the ledger does not have, as far as they can be told.
    case garbled(file: String, missing: Range<Int64>)
    /// A file is shorter than it was made.
    case cut(file: String, bytes: Int, of: Int)
    /// A file has another name than it was given; it was read all the same.
    case renamed(file: String)
    /// A file is gone, though it was to be kept; only its number is known.
    case missing(segment: Int)
    /// The ledger has later callbacks than the journal: the journal's end is gone, or the whole of it.
    case behindLedger(newest: Int64, ledger: Int64)

    /// Callbacks that were acknowledged and are in neither the journal nor the ledger, as far as can be told.
    public var lost: Int {
        if case .garbled(_, let missing) = self { missing.count } else { 0 }
    }
}

extension JournalDamage: CustomStringConvertible {
    /// One line for an operator.
    public var description: String {
        switch self {
        case .garbled(let file, let missing):
            switch missing.count {
            case 0: "\(file) is damaged before the end of its synced records"
            case 1: "\(file) is damaged: callback \(missing.lowerBound) lost"
            default: "\(file) is damaged: callbacks \(missing.lowerBound) to \(missing.upperBound - 1) lost"
            }
        case .cut(let file, let bytes, let size): "\(file) was truncated to \(bytes) of \(size) bytes"
        case .renamed(let file): "\(file) was renamed"
        case .missing(let segment): "\(SegmentName.prefix)\(SegmentName.text(segment))-* was deleted"
        case .behindLedger(let newest, let ledger):
            newest == 0
                ? "the journal was deleted: the ledger has callbacks up to number \(ledger)"
                : "the journal's end was truncated or deleted: it ends at callback \(newest), the ledger at \(ledger)"
        }
    }
}
