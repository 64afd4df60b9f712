/// HTML as plain text: for instructions that others write for a page, shown in a terminal.
package enum HTMLText {
    /// The text of a fragment, a line for each block, list items after a hyphen.
    ///
    /// Text that is not HTML stays as it is, except for white space. Never fails: an unknown element is left out and
    /// its content kept, an unknown character reference stays as it was written.
    package static func plain(_ html: String) -> String {
        var reader = Reader(rest: html[...])
        return reader.read()
    }

    /// Elements that begin on a line of their own.
    private static let blocks: Set<Substring> = [
        "p", "div", "br", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "section", "hr",
        "blockquote",
    ]
    /// Elements whose content is not for people.
    private static let hidden: Set<Substring> = ["script", "style", "head", "title"]
    private static let entities: [Substring: String] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "euro": "€", "agrave": "à",
        "egrave": "è", "eacute": "é", "igrave": "ì", "ograve": "ò", "ugrave": "ù", "Agrave": "À", "Egrave": "È",
        "Eacute": "É", "Igrave": "Ì", "Ograve": "Ò", "Ugrave": "Ù", "rsquo": "’", "lsquo": "‘", "rdquo": "”",
        "ldquo": "“", "laquo": "«", "raquo": "»", "ndash": "–", "mdash": "—", "hellip": "…", "deg": "°", "bull": "•",
    ]

    private struct Reader {
        var rest: Substring
        var lines: [String] = []
        var line = ""
        /// The element whose content is passed over.
        var skipped: Substring?

        mutating func read() -> String {
            while let character = rest.first {
                switch character {
                case "<": takeTag()
                case "&" where skipped == nil: takeReference()
                default:
                    rest.removeFirst()
                    if skipped == nil { append(character) }
                }
            }
            breakLine()
            return lines.joined(separator: "\n")
        }

        private mutating func append(_ character: Character) {
            if !character.isWhitespace { return line.append(character) }
            if !line.isEmpty, line.last != " " { line.append(" ") }
        }

        private mutating func breakLine() {
            while line.last == " " { line.removeLast() }
            if !line.isEmpty, line != "-" { lines.append(line) }
            line = ""
        }

        private mutating func takeTag() {
            guard let end = rest.firstIndex(of: ">"), isTag(rest.dropFirst().first) else {
                rest.removeFirst()
                if skipped == nil { append("<") }
                return
            }
            let tag = rest[rest.index(after: rest.startIndex)..<end]
            rest = rest[rest.index(after: end)...]
            let isEnd = tag.hasPrefix("/")
            let name = Substring(tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber }.lowercased())
            if let skipped {
                if isEnd, name == skipped { self.skipped = nil }
                return
            }
            if !isEnd, HTMLText.hidden.contains(name) {
                skipped = name
                return
            }
            guard HTMLText.blocks.contains(name) else { return }
            breakLine()
            if name == "li", !isEnd { line = "- " }
        }

        private func isTag(_ character: Character?) -> Bool {
            guard let character else { return false }
            return character.isLetter || character == "/" || character == "!"
        }

        private mutating func takeReference() {
            rest.removeFirst()
            guard let end = rest.prefix(12).firstIndex(of: ";"), let text = text(of: rest[..<end]) else {
                return append("&")
            }
            rest = rest[rest.index(after: end)...]
            for character in text { append(character) }
        }

        private func text(of name: Substring) -> String? {
            if let text = HTMLText.entities[name] { return text }
            guard name.first == "#" else { return nil }
            let digits = name.dropFirst()
            let number = digits.first?.lowercased() == "x" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            return number.flatMap { Unicode.Scalar($0) }.map { String(Character($0)) }
        }
    }
}
