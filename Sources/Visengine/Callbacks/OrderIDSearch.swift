import BaseKit

/// Looks for an order's id in bytes: a name that ids have, then 24 hexadecimal digits (doc), with nothing but
/// punctuation in between.
///
/// So it is found in JSON, in JSON within text, in forms, in XML, and in whatever was cut off or broken behind it.
struct OrderIDSearch {
    private let bytes: [UInt8]

    /// More different ones are no order.
    private static let most = 32
    private static let length = 24
    /// The most punctuation between name and id.
    private static let gap = 24

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The order's id: the only one there is under its usual name, or else under its other names.
    ///
    /// Of several, the one whose documents or searches are named too (`ID.zip`, `ID_0`). When that tells nothing, there
    /// is none.
    func orderID() -> OrderID? {
        var usual: [ArraySlice<UInt8>] = []
        var others: [ArraySlice<UInt8>] = []
        var place = 0
        while let found = nextName(from: place) {
            place = found.end
            guard let id = id(after: found.end) else { continue }
            if found.isUsual {
                if !usual.contains(id) { usual.append(id) }
            } else if !others.contains(id) {
                others.append(id)
            }
            guard usual.count <= Self.most, others.count <= Self.most else { return nil }
        }
        return only(of: usual.isEmpty ? others : usual).flatMap {
            OrderID(rawValue: String(decoding: $0, as: UTF8.self))
        }
    }

    private func only(of ids: [ArraySlice<UInt8>]) -> ArraySlice<UInt8>? {
        guard ids.count > 1 else { return ids.first }
        let named = ids.filter(isNamedElsewhere)
        return named.count == 1 ? named.first : nil
    }

    /// The next `_id`, `id` or `id_richiesta` that is a word.
    private func nextName(from start: Int) -> (end: Int, isUsual: Bool)? {
        var place = start
        while place + 1 < bytes.count {
            guard bytes[place] == UInt8(ascii: "i"), bytes[place + 1] == UInt8(ascii: "d") else {
                place += 1
                continue
            }
            let isUsual = place > 0 && bytes[place - 1] == UInt8(ascii: "_")
            let begin = isUsual ? place - 1 : place
            var end = place + 2
            if !isUsual, bytes[end...].starts(with: "_richiesta".utf8) { end += "_richiesta".utf8.count }
            if begin == 0 || !isWord(bytes[begin - 1]), end < bytes.count, !isWord(bytes[end]) { return (end, isUsual) }
            place += 2
        }
        return nil
    }

    /// The id that follows a name.
    private func id(after name: Int) -> ArraySlice<UInt8>? {
        var place = name
        while place < bytes.count, place - name < Self.gap, !isWord(bytes[place]) {
            let byte = bytes[place]
            // The member is over.
            if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "&") || byte == UInt8(ascii: "}") { return nil }
            place += 1
            // MongoDB's own way to write one.
            if byte == UInt8(ascii: "$"), bytes[place...].starts(with: "oid".utf8) { place += 3 }
        }
        let end = place + Self.length
        guard end <= bytes.count, bytes[place..<end].allSatisfy({ ASCII.hexValue($0) != nil }),
            end == bytes.count || !(ASCII.isLetter(bytes[end]) || ASCII.isDigit(bytes[end]))
        else { return nil }
        return bytes[place..<end]
    }

    /// Whether an id stands somewhere as the beginning of the name of a document or a search.
    private func isNamedElsewhere(_ id: ArraySlice<UInt8>) -> Bool {
        guard let first = id.first else { return false }
        var place = 0
        while let begin = bytes[place...].firstIndex(of: first) {
            place = begin + 1
            let end = begin + Self.length
            guard end + 1 < bytes.count else { return false }
            guard bytes[end] == UInt8(ascii: "_") || bytes[end] == UInt8(ascii: ".") else { continue }
            if bytes[begin..<end] == id { return true }
        }
        return false
    }

    private func isWord(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == UInt8(ascii: "_")
    }
}
