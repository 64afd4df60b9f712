/// Makes part of a file name out of any text: the provider's and the operator's alike.
enum FileNaming {
    /// The most bytes of one component; what is left up to the system's 255 is for a number and an extension.
    static let maxBytes = 200

    // Names that Windows gives to devices, whatever their extension: a folder may be shared with it.
    private static let devices: Set<String> = [
        "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "LPT1",
        "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
    ]

    /// The text with each character that some system cannot have in a name replaced by `_`: separators, wildcards,
    /// quotes, control characters, and those that show nothing or turn the direction of writing.
    static func cleaned(_ text: String) -> String {
        var cleaned = ""
        for scalar in text.unicodeScalars.prefix(4 * maxBytes) {
            switch (scalar, scalar.properties.generalCategory) {
            case ("/", _), ("\\", _), (":", _), ("*", _), ("?", _), ("\"", _), ("<", _), (">", _), ("|", _):
                cleaned += "_"
            case (_, .control), (_, .format), (_, .lineSeparator), (_, .paragraphSeparator), (_, .unassigned),
                (_, .privateUse), (_, .surrogate):
                cleaned += "_"
            default: cleaned.unicodeScalars.append(scalar)
            }
        }
        return cleaned
    }

    /// A whole component: never empty, never hidden, never `.` or `..`, no device, and not too long.
    static func component(_ text: String) -> String {
        var name = shortened(cleaned(text))
        while let last = name.last, last == "." || last.isWhitespace { name.removeLast() }
        name = String(name.drop { $0.isWhitespace })
        if name.isEmpty { return "_" }
        if name.hasPrefix(".") { name = "_" + name.dropFirst() }
        let stem = name.prefix { $0 != "." }.uppercased()
        return devices.contains(stem) ? "_" + name : name
    }

    /// The name without its extension, if what follows the last dot looks like one.
    static func stem(_ name: String) -> String {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
        let suffix = name[name.index(after: dot)...]
        let isExtension = (1...5).contains(suffix.utf8.count) && suffix.allSatisfy { $0.isLetter || $0.isNumber }
        return isExtension ? String(name[..<dot]) : name
    }

    /// Cut between two characters.
    private static func shortened(_ text: String) -> String {
        guard text.utf8.count > maxBytes else { return text }
        var short = ""
        var count = 0
        for scalar in text.unicodeScalars {
            count += UTF8.width(scalar)
            if count > maxBytes { break }
            short.unicodeScalars.append(scalar)
        }
        return short
    }
}
