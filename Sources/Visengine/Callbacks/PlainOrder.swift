import BaseKit

/// An order in a body that is nothing but an order, or an order as `data`: where its members lie, not yet read.
///
/// The whole body is checked by the rules of reading it. But nearly all of a callback is what nobody asks for, and so
/// nothing is made of that.
struct PlainOrder {
    private let order: OrderPlaces
    /// What it is the `data` of.
    private let envelope: OrderPlaces?

    /// Finds it in JSON text.
    ///
    /// - Returns: `nil` when the text holds anything else, or might: then all of it has to be read.
    /// - Throws: ``JSONParsingError``, when the text is an object, the same that reading all of it throws.
    init?(in bytes: [UInt8]) throws(JSONParsingError) {
        var outer = OrderPlaces(in: bytes)
        var data: OrderPlaces?
        var parser = JSONParser(bytes: bytes, limits: JSONValue.Limits())
        guard try parser.scan(&outer, data: &data) else { return nil }
        if let data {
            // An order with data of ours beside it is neither of the two.
            guard !outer.hasCertainMember, data.hasCertainMember else { return nil }
            order = data
            envelope = outer
        } else {
            guard outer.hasCertainMember else { return nil }
            order = outer
            envelope = nil
        }
    }

    /// What it claims.
    func claim() -> CallbackClaim {
        let fields = OrderFields(order)
        var echo = CallbackEcho(order: order)
        if let envelope { echo.add(registrationOf: envelope) }
        return CallbackClaim(
            orderID: fields.id,
            state: fields.state,
            lastUpdate: fields.lastUpdate,
            lastSearchState: fields.lastSearchState,
            echo: echo
        )
    }
}

/// Where the members of one object lie that an order is read by.
private struct OrderPlaces: OrderMembers {
    fileprivate static let names = NameTable(OrderMember.allCases.map(\.name))

    private let bytes: [UInt8]
    /// By the member's number; 0, where no value can begin, for one that is not there.
    private var starts = InlineArray<18, UInt32>(repeating: 0)
    private(set) var hasCertainMember = false

    init(in bytes: [UInt8]) { self.bytes = bytes }

    subscript(member: OrderMember) -> JSONValue? {
        let start = starts[member.rawValue]
        guard start > 0 else { return nil }
        var parser = JSONParser(bytes: bytes, limits: JSONValue.Limits())
        parser.index = Int(start)
        return try? parser.value(depth: 0)  // Which was passed over before, by the same rules.
    }

    /// Notes a member; one of the same name that came before counts no more.
    mutating func note(_ member: OrderMember, at start: Int) {
        starts[member.rawValue] = UInt32(start)
        if member.isCertain { hasCertainMember = true }
    }
}

extension JSONParser {
    /// Passes over the text, and notes the places of the outermost object's members, and of those of its last `data`
    /// when that is an object.
    ///
    /// - Returns: `false` when the outermost value is no object; the text may not have been passed over then.
    fileprivate mutating func scan(
        _ outer: inout OrderPlaces,
        data: inout OrderPlaces?
    ) throws(JSONParsingError) -> Bool {
        skipWhitespace()
        guard take(UInt8(ascii: "{")) else { return false }
        try scanMembers(depth: 1) { (parser, member) throws(JSONParsingError) in
            outer.note(member, at: parser.index)
            guard member == .data else { return try parser.skipValue(depth: 1) }
            guard parser.take(UInt8(ascii: "{")) else {
                data = nil
                return try parser.skipValue(depth: 1)
            }
            var inner = OrderPlaces(in: parser.bytes)
            try parser.scanMembers(depth: 2) { (parser, member) throws(JSONParsingError) in
                inner.note(member, at: parser.index)
                try parser.skipValue(depth: 2)
            }
            data = inner
        }
        try end()
        return true
    }

    /// Passes over an object's members behind its brace; `visit` passes over the values of those that an order is read
    /// by.
    private mutating func scanMembers(
        depth: Int,
        _ visit: (inout JSONParser, OrderMember) throws(JSONParsingError) -> Void
    ) throws(JSONParsingError) {
        skipWhitespace()
        if take(UInt8(ascii: "}")) { return }
        repeat {
            let index = try name(in: OrderPlaces.names)
            try colon()
            skipWhitespace()
            if let index, let member = OrderMember(rawValue: index) {
                try visit(&self, member)
            } else {
                try skipValue(depth: depth)
            }
        } while try !endsObject()
    }
}
