import FoundationEssentials

/// Turns the paths of the configuration into absolute ones.
enum PathResolution {
    /// The absolute directory of a configuration file.
    static func directory(of file: String) -> String {
        let path = absolute(file, in: FileManager.default.currentDirectoryPath)
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
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
