/// Why a call of the control API makes no sense.
struct ControlError: Error, CustomStringConvertible {
    let description: String
    /// What it is answered with.
    let status: Int

    init(_ description: String, status: Int = 400) {
        self.description = description
        self.status = status
    }
}
