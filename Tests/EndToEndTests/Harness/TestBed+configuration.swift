import BaseKit
import Foundation
import Testing

extension TestBed {
    /// Gives sections of the configuration further keys, in YAML's short form, such as `healthPath: /alive`.
    func configure(listener: String? = nil, admin: String? = nil, source: String? = nil) throws {
        var text = try String(contentsOfFile: configuration, encoding: .utf8)
        if let listener { text = text.replacing("listener: {", with: "listener: {\(listener), ") }
        if let admin { text = text.replacing("admin: {", with: "admin: {\(admin), ") }
        if let source { text += "source: {\(source)}\n" }
        try text.write(toFile: configuration, atomically: true, encoding: .utf8)
    }

    /// The value of a metric, by its name and labels as `/metrics` shows them; `nil` when it is not there.
    func metric(_ name: String, of receiver: Receiver) async throws -> Double? {
        let page = try await text("\(receiver.admin)/metrics")
        let line = page.split(separator: "\n").first { $0.hasPrefix("\(name) ") }
        return line.flatMap { Double($0.dropFirst(name.count + 1)) }
    }

    /// A new order's callback address at the receiver, as path and port.
    func callbackTarget() async throws -> (port: UInt16, path: String) {
        let registration = try #require(try await registrations(1).first)
        let url = try #require(registration["url"]?.string.flatMap { URL(string: $0) })
        return (UInt16(try #require(url.port)), url.path)
    }
}

extension TestBed {
    /// What every `serve` here has written so far.
    func log() throws -> String {
        try FileManager.default.contentsOfDirectory(atPath: directory)
            .filter { $0.hasPrefix("serve-") }
            .map { try String(contentsOfFile: "\(directory)/\($0)", encoding: .utf8) }
            .joined()
    }
}
