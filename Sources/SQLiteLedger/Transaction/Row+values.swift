import BaseKit
import GRDB
import RicevutaCore
import Visengine

/// A row holds what this program never writes: it is passed over, and the others go on.
struct UnreadableRow: Error, CustomStringConvertible {
    let column: String

    var description: String { "corrupt value in column \(column)" }
}

/// Reading columns without trusting them: GRDB's own conversions end the program on a surprise.
extension Row {
    func integer(_ column: String) throws(UnreadableRow) -> Int64 {
        guard let value = try optionalInteger(column) else { throw UnreadableRow(column: column) }
        return value
    }

    func optionalInteger(_ column: String) throws(UnreadableRow) -> Int64? {
        switch storage(column) {
        case .int64(let value): value
        case .null: nil
        default: throw UnreadableRow(column: column)
        }
    }

    func text(_ column: String) throws(UnreadableRow) -> String {
        guard let value = try optionalText(column) else { throw UnreadableRow(column: column) }
        return value
    }

    func optionalText(_ column: String) throws(UnreadableRow) -> String? {
        switch storage(column) {
        case .string(let value): value
        case .null: nil
        default: throw UnreadableRow(column: column)
        }
    }

    func time(_ column: String) throws(UnreadableRow) -> Timestamp {
        Timestamp(milliseconds: try integer(column))
    }

    func optionalTime(_ column: String) throws(UnreadableRow) -> Timestamp? {
        try optionalInteger(column).map(Timestamp.init(milliseconds:))
    }

    func name<Name: RawRepresentable>(_ column: String) throws(UnreadableRow) -> Name where Name.RawValue == String {
        guard let name: Name = try optionalName(column) else { throw UnreadableRow(column: column) }
        return name
    }

    func optionalName<Name: RawRepresentable>(
        _ column: String
    ) throws(UnreadableRow) -> Name? where Name.RawValue == String {
        guard let text = try optionalText(column) else { return nil }
        guard let name = Name(rawValue: text) else { throw UnreadableRow(column: column) }
        return name
    }

    func state(_ column: String) throws(UnreadableRow) -> OrderState? {
        try optionalText(column).map(OrderState.init(name:))
    }

    func outcome() throws(UnreadableRow) -> Outcome? {
        guard let code = try optionalText("outcome_code") else { return nil }
        return Outcome(code: code, info: try optionalText("outcome_info") ?? "")
    }

    private func storage(_ column: String) -> DatabaseValue.Storage {
        // By its place: GRDB looks a name up without regard to case, and makes both sides lower case for that.
        var place = 0
        for name in columnNames {
            if name == column { return (self[place] as DatabaseValue).storage }
            place += 1
        }
        return (self[column] as DatabaseValue).storage
    }
}

extension OrderState {
    /// The state as a column keeps it: an unknown one as the provider writes it, so that it equals what is read next.
    var stored: String {
        if case .unknown(let name) = self { "unknown:" + name } else { name }
    }
}
