import Foundation

/// Runs `body` with the absolute path of a new, empty directory, and removes the directory with all it holds
/// afterwards, also when `body` throws.
public func withTemporaryDirectory<Result>(_ body: (_ path: String) throws -> Result) throws -> Result {
    let path = try makeTemporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: path) }  // What stays is in the system's temporary directory.
    return try body(path)
}

/// Runs `body` with the absolute path of a new, empty directory, and removes the directory with all it holds
/// afterwards, also when `body` throws.
public func withTemporaryDirectory<Result>(
    isolation: isolated (any Actor)? = #isolation,
    _ body: (_ path: String) async throws -> Result
) async throws -> Result {
    let path = try makeTemporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: path) }  // What stays is in the system's temporary directory.
    return try await body(path)
}

private func makeTemporaryDirectory() throws -> String {
    let url = FileManager.default.temporaryDirectory
        .appendingPathComponent("ricevuta-tests-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(
        at: url,
        withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700]
    )
    // The system's temporary directory may be a symbolic link; tests compare paths.
    return url.resolvingSymlinksInPath().path
}
