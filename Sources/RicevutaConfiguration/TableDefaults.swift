import Yams

/// The defaults of the table as nodes, read the way the file is.
enum TableDefaults {
    /// The node of a default; the tests read every one, so one that is no YAML does not get as far as a user.
    static func node(_ text: String) -> Node {
        do {
            return try compose(yaml: text) ?? Node("")
        } catch {
            // A fault of the program, see above.
            preconditionFailure("a default in the table is not valid YAML: \(text)")
        }
    }
}
