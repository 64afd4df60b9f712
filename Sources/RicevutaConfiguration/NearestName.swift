/// Finds what somebody meant to write.
package enum NearestName {
    /// The candidate with the fewest slips away from the text, when it is near enough to be meant.
    ///
    /// Letter case does not count. A beginning that only one candidate has is enough, and so is what others call it.
    package static func of(_ text: String, among candidates: [String]) -> String? {
        // A long text is no slip of the pen, and would only cost time.
        guard text.utf8.count <= 64 else { return nil }
        if let name = bySlips(text, among: candidates) { return name }
        let begun = candidates.filter { $0.lowercased().hasPrefix(text.lowercased()) }
        if text.count >= 3, begun.count == 1 { return begun[0] }
        return synonyms[text.lowercased()].flatMap { candidates.contains($0) ? $0 : nil }
    }

    /// What comparable programs call it.
    private static let synonyms = [
        "webhook": "http", "url": "http", "folder": "directory", "dir": "directory", "file": "directory",
        "plain": "text", "verbose": "debug", "env": "fromEnvironment", "variable": "fromEnvironment",
        "credential": "fromCredential",
    ]

    private static func bySlips(_ text: String, among candidates: [String]) -> String? {
        let limit = max(2, text.count / 3)
        let distances = candidates.map { (name: $0, slips: distance(text.lowercased(), $0.lowercased())) }
        guard let nearest = distances.min(by: { $0.slips < $1.slips }), nearest.slips <= limit,
            nearest.slips < max(text.count, nearest.name.count)
        else { return nil }
        return nearest.name
    }

    /// The number of letters to add, leave out, change or swap with the next one.
    static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left)
        let right = Array(right)
        var rows = [Array(0...right.count)]
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let isSame = left[row] == right[column]
                var best = min(rows[row][column] + (isSame ? 0 : 1), rows[row][column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, rows[row - 1][column - 1] + 1)
                }
                current.append(best)
            }
            rows.append(current)
        }
        return rows[left.count][right.count]
    }
}
