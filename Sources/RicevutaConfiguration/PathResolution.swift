import FoundationEssentials

/// Turns the paths of the configuration into absolute ones.
enum PathResolution {
    /// The absolute directory of a configuration file.
    static func directory(of file: String) -> String {
        let path = absolute(file, in: FileManager.default.currentDirectoryPath)
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    /// An absolute path without `.`, `..` and needless slashes; links are not followed.
    static func normalized(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// Whether a directory holds another one, at any depth; both normalized.
    static func holds(_ directory: String, _ other: String) -> Bool {
        other.hasPrefix(directory == "/" ? "/" : directory + "/") && other != directory
    }

    /// A path as it is when absolute; otherwise below the directory.
    static func absolute(_ path: String, in directory: String) -> String {
        if path.hasPrefix("/") { return path }
        var rest = path[...]
        while rest.hasPrefix("./") { rest = rest.dropFirst(2).drop { $0 == "/" } }
        if rest.isEmpty || rest == "." { return directory }
        return directory.hasSuffix("/") ? directory + rest : "\(directory)/\(rest)"
    }
}
