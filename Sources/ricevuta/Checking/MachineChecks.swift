import AsyncHTTPClient
import BaseKit
import Foundation
import NIOCore
import RicevutaConfiguration
import RicevutaCore
import VisengineClient

/// Looks at what a service needs of its own machine: the data directory, the ledger, the disk, the service itself.
struct MachineChecks: Sendable {
    private let configuration: Configuration

    init(_ configuration: Configuration) { self.configuration = configuration }

    /// Everything, in the order in which one thing needs another.
    func all() async -> [Check] {
        let directory = directory()
        guard directory.state != .failed else {
            return [directory, Check("ledger", .skipped, "not looked at: see the data directory"), await service()]
        }
        return [directory, disk(), await ledger(), await service()]
    }

    private func directory() -> Check {
        let name = "data directory"
        let path = configuration.dataDirectory
        if let obstacle = DirectoryReach.obstacle(path) {
            return Check(
                name,
                .failed,
                "\(path) \(obstacle)",
                cure: "run this as the service's user, or give that user the directory"
            )
        }
        guard let owner = Self.owner(of: path) else {
            return Check(name, .ok, "\(path) does not exist yet; `ricevuta serve` creates it")
        }
        let others = ["ledger.sqlite", "journal", "archive"].map { "\(path)/\($0)" }
            .filter { Self.owner(of: $0).map { $0 != owner } ?? false }
        guard others.isEmpty else {
            return Check(
                name,
                .failed,
                "\(others.joined(separator: ", ")) and \(path) have different owners",
                cure: "stop the service, then: chown -R \(owner) \(path)"
            )
        }
        return Check(name, .ok, "\(path), owned by \(owner)")
    }

    private static func owner(of path: String) -> String? {
        let file = URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false)
        let attributes = try? FileManager.default.attributesOfItem(atPath: file)  // Missing has no owner.
        return attributes?[.ownerAccountName] as? String ?? (attributes?[.ownerAccountID] as? NSNumber)?.stringValue
    }

    private func disk() -> Check {
        // A directory that is not there yet will be on the disk of the one above it.
        var place = URL(filePath: configuration.dataDirectory)
        while !FileManager.default.fileExists(atPath: place.path), place.path != "/" { place.deleteLastPathComponent() }
        guard let free = DataDirectory(path: place.path).freeBytes else {
            return Check("disk", .warning, "the system does not say how much is free")
        }
        let text = "\(free >> 20) MiB free"
        let cure = "free some space, or move dataDirectory to a larger disk"
        let limit = configuration.minFreeBytes
        if free < limit {
            let reason = "; with less than \(Quantity.text(size: limit)) `serve` is not ready (storage.minFreeBytes)"
            return Check("disk", .failed, text + reason, cure: cure)
        }
        return free < 1 << 30 ? Check("disk", .warning, text, cure: cure) : Check("disk", .ok, text)
    }

    private func ledger() async -> Check {
        let opening = LedgerOpening(configuration)
        do {
            guard try opening.exists else {
                return Check("ledger", .ok, "there is none yet; `ricevuta serve` or `ricevuta order place` creates it")
            }
            let ledger = try opening.open(.inspect)
            let text = "\(ledger.location), \(ledger.engine)"
            await ledger.close()
            return Check("ledger", .ok, text)
        } catch {
            return Check("ledger", .failed, CommandFailure(error).description)
        }
    }

    private func service() async -> Check {
        let admin = configuration.admin
        guard admin.port != 0 else {
            return Check("service", .warning, "admin.port is 0, so that nobody knows where to ask", cure: "set it")
        }
        // One try to connect: nobody is there, or somebody is.
        let http = HTTPClient(
            eventLoopGroup: HTTPClient.defaultEventLoopGroup,
            configuration: configuration.provider.clientConfiguration.httpClientConfiguration
        )
        let url = admin.url(port: admin.port)
        let answer = await ConnectionProblem.text(of: url + "/readyz", http, within: .seconds(5))
        try? await http.shutdown()  // Nothing is in flight any more.
        switch answer {
        case .success((200, _)): return Check("service", .ok, "`ricevuta serve` is ready (\(url))")
        case .success((_, let text)):
            return Check(
                "service",
                .failed,
                "`ricevuta serve` is not ready: \(text)",
                cure: "see its log and `ricevuta status`"
            )
        case .failure(let problem):
            return Check(
                "service",
                .failed,
                "`ricevuta serve` does not answer at \(url): \(problem.reason)",
                cure: "start it: ricevuta serve, or systemctl start ricevuta"
            )
        }
    }
}
