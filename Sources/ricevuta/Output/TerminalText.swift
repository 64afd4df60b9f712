/// Text on its way to a terminal, a log, or whatever shows it to people.
enum TerminalText {
    /// The text with every character escaped that moves the cursor, changes the terminal, shows nothing or turns the
    /// direction of writing.
    ///
    /// What others have written cannot pretend to be something else then. An escape is as in Swift: ESC becomes
    /// `\u{1B}`.
    ///
    /// - Parameters:
    ///   - text: Any text.
    ///   - kept: Characters that stay as they are, such as the line feeds of the program's own layout.
    /// - Returns: The text without the others.
    static func escaped(_ text: String, keeping kept: Set<Unicode.Scalar> = []) -> String {
        guard text.unicodeScalars.contains(where: { isUnsafe($0) && !kept.contains($0) }) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            if isUnsafe(scalar), !kept.contains(scalar) {
                escaped += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// JSON in which the same characters are escaped as JSON has it: the value is the same.
    static func escaped(json bytes: [UInt8]) -> [UInt8] {
        // Nearly all is printable ASCII with the encoder's own line feeds: within texts it escapes them.
        if bytes.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x0A }) { return bytes }
        var escaped = ""
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            guard isUnsafe(scalar), scalar != "\n" else {
                escaped.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return Array(escaped.utf8)
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        // Printable ASCII is nearly all there is.
        if (0x20...0x7E).contains(scalar.value) { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate: return true
        default: return false
        }
    }
}
