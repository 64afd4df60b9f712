import Synchronization

/// Names for files that are not finished yet.
///
/// Those of one process begin alike and are numbered: a name drawn at random for each file would cost a system call,
/// and a sweep could not tell this process's files from those that an earlier one left.
package enum TemporaryName {
    /// What the names of this process begin with: 8 hexadecimal digits, drawn at its start.
    package static let process: String = {
        let digits = String(UInt32.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }()

    private static let count = Atomic(0)

    /// A name that this process has not used before: ``process``, a hyphen, a number.
    package static func next() -> String {
        "\(process)-\(count.wrappingAdd(1, ordering: .relaxed).newValue)"
    }
}
