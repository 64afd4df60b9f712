/// What this program is called and which version of it this is.
enum Version {
    /// The version.
    static let number = "0.1.0"

    /// Name and version.
    static let text = "ricevuta \(number)"
}
