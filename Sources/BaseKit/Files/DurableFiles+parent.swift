extension DurableFiles {
    /// The directory that a path's last component is in.
    ///
    /// - Parameter path: With or without slashes at its end.
    /// - Returns: `/a` for `/a/b` and `/a/b/`, `/` for `/a`, and nothing for `a`.
    package static func parent(of path: String) -> String {
        var path = path[...]
        while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
