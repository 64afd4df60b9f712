/// Header fields in the order they came, looked up without regard to case.
///
/// All bytes lie in one buffer and become strings only when asked for, so that a request costs two allocations here
/// however many fields it has.
public struct HTTPHeaders: Sendable {
    /// One field's place in the buffer: its value starts where its name ends.
    struct Field: Sendable {
        var nameStart: Int
        var valueStart: Int
        var valueEnd: Int
    }

    private(set) var bytes: [UInt8] = []
    private(set) var fields: [Field] = []

    /// Creates fields from names and values, in order.
    public init(_ pairs: [(String, String)]) {
        for (name, value) in pairs { append(name.utf8, value.utf8) }
    }

    /// Creates an empty list with room for a usual head.
    init() {
        bytes.reserveCapacity(512)
        fields.reserveCapacity(12)
    }

    mutating func append(_ name: some Sequence<UInt8>, _ value: some Sequence<UInt8>) {
        let nameStart = bytes.count
        bytes.append(contentsOf: name)
        let valueStart = bytes.count
        bytes.append(contentsOf: value)
        fields.append(Field(nameStart: nameStart, valueStart: valueStart, valueEnd: bytes.count))
    }

    /// The value of the first field of that name, in any case; `nil` without one.
    public subscript(name: String) -> String? {
        for field in fields where isNamed(field, name) { return value(of: field) }
        return nil
    }

    /// The values of every field of that name, in order.
    public func all(_ name: String) -> [String] {
        fields.lazy.filter { isNamed($0, name) }.map(value(of:))
    }

    func isNamed(_ field: Field, _ name: String) -> Bool {
        field.valueStart - field.nameStart == name.utf8.count && hasPrefix(field, name)
    }

    /// Whether the field's name begins with `prefix`, in any case.
    func hasPrefix(_ field: Field, _ prefix: String) -> Bool {
        guard field.valueStart - field.nameStart >= prefix.utf8.count else { return false }
        var index = field.nameStart
        for byte in prefix.utf8 {
            guard bytes[index].lowercasedASCII == byte.lowercasedASCII else { return false }
            index += 1
        }
        return true
    }

    func nameBytes(of field: Field) -> ArraySlice<UInt8> { bytes[field.nameStart..<field.valueStart] }

    /// The value as it came, with white space behind it, which the library leaves there.
    func valueBytes(of field: Field) -> ArraySlice<UInt8> { bytes[field.valueStart..<field.valueEnd] }

    func name(of field: Field) -> String { String(decoding: nameBytes(of: field), as: UTF8.self) }

    func value(of field: Field) -> String {
        var value = valueBytes(of: field)
        while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
        return String(decoding: value, as: UTF8.self)
    }
}

extension HTTPHeaders: Sequence {
    /// Iterates over names and values as they came; bytes that are no UTF-8 become U+FFFD.
    public func makeIterator() -> some IteratorProtocol<(name: String, value: String)> {
        fields.lazy.map { (name: name(of: $0), value: value(of: $0)) }.makeIterator()
    }
}

extension UInt8 {
    /// The byte with `A`…`Z` turned to `a`…`z`.
    var lowercasedASCII: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }
}
