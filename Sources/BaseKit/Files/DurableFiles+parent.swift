extension DurableFiles {
    /// The directory that a path's last component is in.
    ///
    /// - Parameter path: Without a slash at its end.
    /// - Returns: `/a` for `/a/b`, `/` for `/a`, and nothing for `a`.
    package static func parent(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
