import BaseKit
import RicevutaCore

/// Why a value is refused; never the value itself.
struct ValueRefusal: Error, Equatable {
    var message: String
}

extension SettingKind {
    static let pathForm = TextForm(
        "a path, absolute or relative to the configuration file",
        pattern: "^[^~$].*$",
        explain: {
            $0.hasPrefix("~") || $0.hasPrefix("$") ? "a path written out: ~ and variables are not expanded" : nil
        },
        accepts: { !$0.hasPrefix("~") && !$0.hasPrefix("$") }
    )

    /// What to write, as the end of a sentence that starts with "expected".
    var expectation: String {
        switch self {
        case .text(let form): form.expectation
        case .path: Self.pathForm.expectation
        case .choice(let names): "one of \(names.joined(separator: ", "))"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
        case .duration(let range):
            "a duration with a unit, such as 500ms, 30s, 5m, 2h or 1d, "
                + "from \(Quantity.text(range.lowerBound)) to \(Quantity.text(range.upperBound))"
        case .size(let range):
            "a size in bytes or with a unit, such as 256KiB or 8MiB, "
                + "from \(Quantity.text(size: range.lowerBound)) to \(Quantity.text(size: range.upperBound))"
        case .secret: SecretSource.expectation
        case .list: "a list"
        case .section, .typed: "a section"
        }
    }

    /// Whether nothing can stand for an empty section or an empty list.
    var mayBeEmpty: Bool {
        switch self {
        case .list, .section, .typed: true
        default: false
        }
    }

    /// Reads a single value.
    ///
    /// - Parameters:
    ///   - text: The value as it stands in the file.
    ///   - isPlain: Whether it stands without quotes; numbers do.
    /// - Returns: The value, or what was expected in its place.
    func value(of text: String, isPlain: Bool) -> Result<SettingValue, ValueRefusal> {
        switch self {
        case .path: return SettingKind.text(Self.pathForm).value(of: text, isPlain: isPlain)
        case .text(let form):
            if form.accepts(text) { return .success(.text(text)) }
            return .failure(ValueRefusal(message: "expected \(form.expectation(inPlaceOf: text))"))
        case .choice(let names):
            if names.contains(text) { return .success(.text(text)) }
            let nearest = NearestName.of(text, among: names)
            return refusal(nearest.map { "; did you mean \($0)?" } ?? "")
        case .integer(let range):
            guard isPlain, let value = Int64(text), range.contains(value) else { return refusal() }
            // Some readers of YAML take 010 for eight.
            guard String(value) == text else { return refusal(", without a sign or zeros before it") }
            return .success(.integer(value))
        case .number(let range):
            guard isPlain, let value = Double(text), range.contains(value) else { return refusal() }
            return .success(.number(value))
        case .duration(let range):
            guard let value = Quantity.duration(text), range.contains(value) else { return refusal() }
            return .success(.duration(value))
        case .size(let range):
            guard let value = Quantity.size(text), range.contains(value) else { return refusal() }
            return .success(.integer(value))
        case .secret, .list, .section, .typed: return refusal()
        }
    }

    private func refusal(_ hint: String = "") -> Result<SettingValue, ValueRefusal> {
        .failure(ValueRefusal(message: "expected \(expectation)\(hint)"))
    }
}

extension SettingKey {
    /// Whether the key may be left out without anything in its place.
    var isOptional: Bool {
        if case .none = absence { true } else { false }
    }
}
