import BaseKit
import Foundation
import Testing

/// A program of somebody else's that posts callbacks, and the ways in which it hands them a body.
struct Sender: Sendable, CustomTestStringConvertible {
    /// One callback posted, and what it was answered.
    struct Answer: Sendable, Equatable, CustomStringConvertible {
        var way: String
        var status: Int
        var text: String
        var description: String { "\(way): \(status) \(text)" }
    }

    var name: String
    /// The interpreter; `nil` where it is missing.
    private var executable: String?
    private var script: String
    var ways: [String]

    var testDescription: String { name }
    /// Whether what it takes to run is there; `scripts/test` installs it.
    var isInstalled: Bool { executable.map { FileManager.default.isExecutableFile(atPath: $0) } ?? false }

    static var areInstalled: Bool { all.allSatisfy(\.isInstalled) }

    static let all = [
        Sender(
            name: "php",
            executable: "/usr/bin/php",
            script: "sender.php",
            ways: [
                "array", "array of two", "file", "string", "nested", "json", "json without a type", "text in json",
                "gzip", "gzip, not told", "deflate", "gzip form", "warning", "two megabytes", "stream form",
                "stream json",
            ]
        ),
        Sender(
            name: "python",
            executable: Downstream.python,
            script: "sender.py",
            ways: [
                "requests: json", "requests: form", "requests: parts", "requests: file", "requests: gzip",
                "requests: raw deflate", "requests: chunks", "requests: utf-16", "requests: text", "requests: slash",
                "aiohttp: json", "aiohttp: form", "aiohttp: parts", "aiohttp: compressed json",
                "aiohttp: deflated json", "aiohttp: continue",
            ]
        ),
        Sender(
            name: "node",
            executable: "/usr/bin/node",
            script: "sender.mjs",
            ways: [
                "json", "string", "form", "parts", "file", "gzip", "deflate", "chunks", "length", "lone surrogate",
            ]
        ),
        Sender(
            name: "curl",
            executable: "/bin/bash",
            script: "sender.sh",
            ways: [
                "json", "no type", "form", "parts", "file", "gzip", "base64", "chunks", "continue", "1.0", "close",
            ]
        ),
    ]

    /// Posts one callback in each way, one after another: an address and an order for each.
    ///
    /// The directory gets the list of what is to be posted.
    func post(_ calls: [(url: String, order: JSONValue)], in directory: String) async throws -> [Answer] {
        let lines = zip(ways, calls).map { way, call in
            "\(way)\t\(call.url)\t\(String(decoding: call.order.encoded(), as: UTF8.self))\n"
        }
        let jobs = directory + "/\(name)-\(UUID().uuidString).jobs"
        try lines.joined().write(toFile: jobs, atomically: true, encoding: .utf8)
        let path = URL(filePath: #filePath).appending(path: "../../Senders/\(script)").standardized.path
        let output = try await Program.output(try #require(executable), [path, jobs])
        #expect(output.code == 0 && output.problems.isEmpty, "\(name): \(output.problems)")
        return String(decoding: output.bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3, let status = Int(parts[1]) else {
                return Answer(way: "unreadable", status: 0, text: String(line))
            }
            return Answer(way: parts[0], status: status, text: parts[2])
        }
    }
}
