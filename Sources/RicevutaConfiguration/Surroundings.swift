import BaseKit
import Foundation
package import RicevutaCore

/// What a configuration relies on outside of its file: looked at without changing anything.
package struct Surroundings: Sendable {
    /// What was found out about a listener's PEM files, at their keys in `listener.tls`.
    package struct TLSFindings: Sendable {
        /// What keeps the listener from starting.
        package var problems: [SettingProblem]
        /// What works all the same.
        package var warnings: [SettingProblem]

        package init(problems: [SettingProblem] = [], warnings: [SettingProblem] = []) {
            self.problems = problems
            self.warnings = warnings
        }
    }

    private let tls: @Sendable (Configuration.Listener.TLS) -> TLSFindings
    private let checksFolders: Bool

    /// Says what is looked at.
    ///
    /// - Parameters:
    ///   - checksFolders: Whether folders have to be writable for this user now. A service does not insist: one that is
    ///     away at the start may be back a minute later, and callbacks come meanwhile.
    ///   - tls: Looks at PEM files.
    package init(checksFolders: Bool, tls: @escaping @Sendable (Configuration.Listener.TLS) -> TLSFindings) {
        self.checksFolders = checksFolders
        self.tls = tls
    }

    /// Problems and warnings, each at its place.
    func findings(
        in root: SettingValues,
        table: ConfigurationTable
    ) -> (problems: [(place: SettingPlace, message: String)], warnings: [(place: SettingPlace, message: String)]) {
        var problems: [(place: SettingPlace, message: String)] = []
        var warnings: [(place: SettingPlace, message: String)] = []
        if let section = root.section("listener")?.section("tls"), let files = ConfigurationBuilder.tls(section) {
            let found = tls(files)
            problems += found.problems.compactMap { section.located($0) }
            warnings += found.warnings.compactMap { section.located($0) }
            if Self.isWorldReadable(files.privateKey), let place = section.place("privateKey") {
                warnings.append((place, "can be read by every user of this machine; run chmod 600 on it"))
            }
        }
        guard checksFolders else { return (problems, warnings) }
        for folder in FolderSetting.all(root, table) {
            if let obstacle = DirectoryReach.obstacle(folder.path) { problems.append((folder.place, obstacle)) }
        }
        // Commands may be run by another user than the service's, whose directory is closed to others.
        if let data = root.text("dataDirectory"), let place = root.place("dataDirectory"),
            let obstacle = DirectoryReach.obstacle(data)
        {
            warnings.append((place, "\(obstacle); the service's user has to be able to write there"))
        }
        return (problems, warnings)
    }

    private static func isWorldReadable(_ path: String) -> Bool {
        let file = URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false)
        let attributes = try? FileManager.default.attributesOfItem(atPath: file)  // Missing is a problem of its own.
        return (attributes?[.posixPermissions] as? Int).map { $0 & 0o004 != 0 } ?? false
    }
}
