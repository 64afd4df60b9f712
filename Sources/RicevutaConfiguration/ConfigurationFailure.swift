package import RicevutaCore

extension SettingPlace {
    /// The place of a key in the section that stands here, until the file gives a better one.
    func child(_ name: String) -> SettingPlace {
        SettingPlace(key: key.isEmpty ? name : "\(key).\(name)", line: line, column: column)
    }

    /// The place of an element of the list that stands here.
    func element(_ index: Int) -> SettingPlace {
        SettingPlace(key: "\(key)[\(index)]", line: line, column: column)
    }
}

/// One thing that is wrong with a configuration.
///
/// Never holds a value from the file, since any value may be a secret in the wrong place.
package struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
    /// The file, as it was given.
    package var file: String
    /// The line, from 1; 0 when the problem is the file itself.
    package var line: Int
    /// The column, from 1; 0 when the problem is the file itself.
    package var column: Int
    /// The key with its sections; empty when the problem is the file itself.
    package var key: String
    /// What is wrong, and what to write instead.
    package var message: String
    /// The kind of problem.
    package var code = ErrorCode.settingInvalid

    /// `file:line:column: key: message`, which editors and terminals turn into a link.
    package var description: String {
        (line > 0 ? "\(file):\(line):\(column): " : "\(file): ") + (key.isEmpty ? "" : "\(key): ") + message
    }
}

/// A configuration that was refused, with everything that is wrong with it.
package struct ConfigurationFailure: Error, Equatable, CustomStringConvertible {
    /// At least one problem, in the order of the file.
    package var problems: [ConfigurationProblem]

    /// Creates a failure, its problems sorted by line and column.
    init(_ problems: [ConfigurationProblem]) {
        self.problems = problems.enumerated()
            .sorted {
                ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
            }
            .map(\.element)
    }

    /// The kind of the first problem.
    package var code: ErrorCode { problems.first?.code ?? .settingInvalid }

    /// One line for each problem.
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
