import Foundation
import Testing

/// Small programs and libraries in C that tests run or load into others, compiled when they are needed.
enum Native {
    /// Compiles a file of `Native/` with the system's compiler.
    ///
    /// - Parameters:
    ///   - name: The file's name without `.c`.
    ///   - directory: Where the result lies.
    ///   - arguments: For the compiler, behind the file.
    /// - Returns: The path of the result.
    /// - Throws: What the compiler complains about.
    static func compile(_ name: String, in directory: String, _ arguments: [String]) async throws -> String {
        let source = URL(filePath: #filePath).appending(path: "../../Native/\(name).c").standardized.path
        let result = "\(directory)/\(name)"
        let output = try await Program.output(
            "/usr/bin/cc",
            ["-Wall", "-Wextra", "-Werror", "-O1", "-o", result, source] + arguments
        )
        try #require(output.code == 0, "\(output.problems)")
        return result
    }

    /// Compiles a library that `LD_PRELOAD` loads.
    static func library(_ name: String, in directory: String) async throws -> String {
        try await compile(name, in: directory, ["-shared", "-fPIC", "-ldl"])
    }
}
