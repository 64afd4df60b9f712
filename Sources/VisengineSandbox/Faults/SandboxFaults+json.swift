import BaseKit
import Visengine

extension SandboxFaults {
    /// Changes what the object names, and leaves the rest; see ``Sandbox`` for the members.
    ///
    /// - Throws: ``ControlError`` that names the member that is unknown or of a wrong type; then nothing is changed.
    mutating func apply(_ object: JSONObject) throws(ControlError) {
        var changed = self
        for member in object.members { try changed.set(member) }
        self = changed
    }

    private mutating func set(_ member: JSONObject.Member) throws(ControlError) {
        let value = member.value
        switch member.key {
        case "duplicates": duplicates = try Self.number(member)
        case "reverse": reversesCallbacks = try Self.flag(member)
        case "delayMilliseconds": callbackDelay = .milliseconds(try Self.number(member))
        case "silent": sendsNoCallbacks = try Self.flag(member)
        case "claimedState":
            guard value.isNull || value.string != nil else { throw ControlError("claimedState must be a string") }
            claimedState = value.string
        case "lostPlacings": lostPlacings = try Self.number(member)
        case "failures":
            guard let elements = value.array else { throw ControlError("failures must be a list") }
            failures = []
            for element in elements { failures.append(try CallFailure(json: element)) }
        case "document":
            if value.isNull {
                (document, documentTimes) = (nil, nil)
                return
            }
            guard let fault = value["fault"]?.string.flatMap({ DocumentFault(rawValue: $0) }) else {
                let names = DocumentFault.allCases.map(\.rawValue).joined(separator: ", ")
                throw ControlError("document.fault must be one of \(names)")
            }
            documentTimes = try ControlError.number("times", of: value)
            document = fault
        case "slow": slowBody = value.isNull ? nil : try SlowBody(json: value)
        case "quirks": quirks = try Self.quirks(value)
        default: throw ControlError("unknown fault \(member.key)")
        }
    }

    /// What is set now, in the form that ``apply(_:)`` takes.
    var json: JSONValue {
        let fault: JSONValue? = document.map {
            ["fault": .string($0.rawValue), "times": documentTimes.map { JSONValue($0) } ?? nil]
        }
        return [
            "duplicates": JSONValue(duplicates), "reverse": .bool(reversesCallbacks),
            "delayMilliseconds": JSONValue(Int(callbackDelay / .milliseconds(1))), "silent": .bool(sendsNoCallbacks),
            "claimedState": JSONValue(claimedState), "lostPlacings": JSONValue(lostPlacings),
            "failures": .array(failures.map(\.json)), "document": fault ?? nil, "slow": slowBody?.json ?? nil,
            "quirks": .array(quirks.map(\.rawValue).sorted().map { .string($0) }),
        ]
    }

    private static func quirks(_ value: JSONValue) throws(ControlError) -> Set<SandboxQuirk> {
        var quirks: Set<SandboxQuirk> = []
        guard let elements = value.array else { throw ControlError("quirks must be a list") }
        for element in elements {
            guard let quirk = element.string.flatMap({ SandboxQuirk(rawValue: $0) }) else {
                let names = SandboxQuirk.allCases.map(\.rawValue).joined(separator: ", ")
                throw ControlError("a quirk must be one of \(names)")
            }
            quirks.insert(quirk)
        }
        return quirks
    }

    private static func number(_ member: JSONObject.Member) throws(ControlError) -> Int {
        try ControlError.number(member.key, member.value)
    }

    private static func flag(_ member: JSONObject.Member) throws(ControlError) -> Bool {
        guard let flag = member.value.bool else { throw ControlError("\(member.key) must be true or false") }
        return flag
    }
}

extension CallFailure {
    init(json: JSONValue) throws(ControlError) {
        guard let status = json["status"]?.int64, (300...599).contains(status) else {
            throw ControlError("failures[].status must be an HTTP status from 300 to 599")
        }
        let call = try SandboxCall.named(json["call"])
        self.init(
            call: call,
            status: Int(status),
            error: try ControlError.number("error", of: json),
            message: json["message"]?.string ?? "",
            times: try ControlError.number("times", of: json) ?? 1,
            retryAfter: try ControlError.number("retryAfter", of: json)
        )
    }

    var json: JSONValue {
        [
            "call": JSONValue(call?.rawValue), "status": JSONValue(status),
            "error": error.map { JSONValue($0) } ?? nil, "message": .string(message), "times": JSONValue(times),
            "retryAfter": retryAfter.map { JSONValue($0) } ?? nil,
        ]
    }

    /// What the provider would say.
    func refusal(of call: SandboxCall) -> Refusal {
        let documented: (ProviderErrorCode, String)? =
            switch (status, call) {
            case (402, .addSearch): (.insufficientCreditForSearch, "Insufficient Credit in Wallet: 0.00")
            case (402, .chooseSearchResult): (.insufficientCreditForChoice, "Insufficient Credit in Wallet: 0.00")
            case (402, _): (.insufficientCredit, "Insufficient Credit in Wallet: 0.00")
            case (422, .document): (.documentNotYetAvailable, "document not yet available")
            default: nil
            }
        return Refusal(
            status,
            error.map { ProviderErrorCode(rawValue: $0) } ?? documented?.0,
            message.isEmpty ? documented?.1 ?? "made to fail" : message,
            retryAfter: retryAfter
        )
    }
}

extension SandboxCall {
    static func named(_ json: JSONValue?) throws(ControlError) -> SandboxCall? {
        guard let json, !json.isNull else { return nil }
        guard let call = json.string.flatMap({ SandboxCall(rawValue: $0) }) else {
            throw ControlError("a call must be one of \(allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return call
    }
}

extension SlowBody {
    init(json: JSONValue) throws(ControlError) {
        guard json.object != nil else { throw ControlError("slow must be an object") }
        var calls: Set<SandboxCall> = []
        for element in json["calls"]?.array ?? [] {
            if let call = try SandboxCall.named(element) { calls.insert(call) }
        }
        self.init(
            calls: calls,
            pieceBytes: max(1, try ControlError.number("pieceBytes", of: json) ?? 1024),
            pause: .milliseconds(max(1, try ControlError.number("pauseMilliseconds", of: json) ?? 10))
        )
    }

    var json: JSONValue {
        [
            "calls": .array(calls.map(\.rawValue).sorted().map { .string($0) }), "pieceBytes": JSONValue(pieceBytes),
            "pauseMilliseconds": JSONValue(Int(pause / .milliseconds(1))),
        ]
    }
}

extension ControlError {
    /// A member that may be absent.
    fileprivate static func number(_ key: String, of object: JSONValue) throws(ControlError) -> Int? {
        guard let value = object[key], !value.isNull else { return nil }
        return try number(key, value)
    }

    fileprivate static func number(_ key: String, _ value: JSONValue) throws(ControlError) -> Int {
        guard let number = value.int64, (0...1_000_000).contains(number) else {
            throw ControlError("\(key) must be a whole number, 0 to 1000000")
        }
        return Int(number)
    }
}
