import BaseKit
import FoundationEssentials
import Glibc
import RicevutaCore

/// Where a secret is kept; the configuration file itself never holds one.
enum SecretSource: Sendable, CaseIterable {
    case fromEnvironment, fromFile, fromCredential

    /// The key that names it.
    var key: String { "\(self)" }

    /// All keys.
    static var keys: [String] { allCases.map(\.key) }

    /// What a secret looks like in the file.
    static let expectation =
        "one of {fromEnvironment: NAME}, {fromFile: path} and {fromCredential: name}; secrets are never written here"
}

/// Whether a configuration is loaded together with the secrets that it names.
package enum SecretsPolicy: Sendable {
    /// Each is fetched and checked: what signs, checks tokens or calls somebody needs them.
    case required
    /// None is looked for: what works on the ledger alone runs without, as another user or outside of the unit that
    /// has the credentials. In place of each secret stand bytes drawn at random, so that nothing that is signed with
    /// them by mistake would ever be taken for good.
    case skipped
}

/// Why a secret could not be had, as a sentence without the secret.
///
/// Where it should have been is said only if that cannot be the secret itself, put there by mistake: the name of a
/// variable in capitals, the path of a file that exists or whose directory does.
struct SecretFailure: Error, Equatable {
    var message: String
}

/// Fetches secrets from where the configuration says they are.
struct SecretResolver: Sendable {
    /// The environment.
    var environment: [String: String]
    /// The directory that relative paths start at.
    var directory: String
    /// Whether secrets are fetched at all.
    var policy = SecretsPolicy.required

    /// Fetches one, without the one line feed that it may end with, and checks its form.
    func resolve(_ source: SecretSource, _ name: String, as form: SecretForm) throws(SecretFailure) -> Secret {
        if policy == .skipped { return .placeholder() }
        var bytes: [UInt8]
        switch source {
        case .fromEnvironment:
            guard let value = environment[name] else {
                throw SecretFailure(message: Self.notSet(name))
            }
            bytes = Array(value.utf8)
        case .fromFile:
            guard !name.hasPrefix("~"), !name.hasPrefix("$") else {
                throw SecretFailure(message: "write the path out: ~ and variables are not expanded")
            }
            bytes = try read(
                PathResolution.absolute(name, in: directory),
                mustBePrivate: true,
                isSafe: name.contains("/")
            )
        case .fromCredential:
            guard let credentials = environment["CREDENTIALS_DIRECTORY"], !credentials.isEmpty else {
                throw SecretFailure(
                    message: "CREDENTIALS_DIRECTORY is not set, as systemd does for LoadCredential=; "
                        + "outside of the unit, set it to the directory that has a file of that name"
                )
            }
            guard !name.contains("/"), name != ".", name != ".." else {
                throw SecretFailure(message: "invalid credential name: it must not contain a slash or be . or ..")
            }
            // systemd keeps the directory to the service itself; with access lists the mode of a file in it does not
            // tell who reads it.
            guard FileManager.default.fileExists(atPath: "\(credentials)/\(name)") else {
                throw SecretFailure(message: "no such credential; \(Self.credentials(in: credentials))")
            }
            bytes = try read("\(credentials)/\(name)", mustBePrivate: false, isSafe: false)
        }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        try check(bytes, as: form)
        return Secret(bytes: bytes)
    }

    private func check(_ bytes: [UInt8], as form: SecretForm) throws(SecretFailure) {
        guard !bytes.isEmpty else { throw SecretFailure(message: "the secret is empty") }
        if let problem = form.problem(bytes) { throw SecretFailure(message: problem) }
    }

    /// Which credentials there are: the name that is asked for may be a secret in the wrong place.
    private static func credentials(in directory: String) -> String {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []  // Then there is none.
        return names.isEmpty ? "there is none" : "there are \(names.sorted().prefix(16).joined(separator: ", "))"
    }

    private static func notSet(_ name: String) -> String {
        if name.hasPrefix("$") { return "the environment variable is not set; write its name without $" }
        let isName =
            name.utf8.count <= 64
            && name.utf8.allSatisfy { ASCII.isDigit($0) || $0 == UInt8(ascii: "_") || (0x41...0x5A).contains($0) }
        return "the environment variable\(isName ? " \(name)" : "") is not set"
    }

    /// Whether a file is its owner's alone, or is shown by its owner to a group of its own, as `0640 root:ricevuta` is.
    static func isPrivate(_ attributes: [FileAttributeKey: Any]) -> Bool {
        guard let mode = attributes[.posixPermissions] as? Int, mode & 0o027 == 0 else { return false }
        guard mode & 0o050 != 0 else { return true }
        // Without the two it is as if the file were this user's own.
        let owner = number(attributes[.ownerAccountID]) ?? Int(geteuid())
        let group = number(attributes[.groupOwnerAccountID]) ?? Int(getegid())
        return owner != Int(geteuid()) || group != Int(getegid())
    }

    private static func number(_ value: Any?) -> Int? {
        value as? Int ?? (value as? any BinaryInteger).map { Int(truncatingIfNeeded: $0) }
    }

    // `isSafe`: show the path even if the file does not exist.
    private func read(_ path: String, mustBePrivate: Bool, isSafe: Bool) throws(SecretFailure) -> [UInt8] {
        // The attributes are of the file itself, also when it is reached over a symbolic link.
        let file = URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false)
        let attributes: [FileAttributeKey: Any]
        do {
            attributes = try FileManager.default.attributesOfItem(atPath: file)
        } catch {
            let directory = URL(filePath: file).deletingLastPathComponent().path(percentEncoded: false)
            let isPath = isSafe && FileManager.default.fileExists(atPath: directory)
            throw SecretFailure(message: "the file\(isPath ? " \(path)" : "") does not exist or is not accessible")
        }
        guard attributes[.type] as? FileAttributeType == .typeRegular else {
            throw SecretFailure(message: "\(path) is not a regular file")
        }
        if mustBePrivate, !Self.isPrivate(attributes) {
            throw SecretFailure(message: "\(path) is readable by group or others; run chmod 600 \(path)")
        }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw SecretFailure(message: "permission denied: this user cannot read \(path)")
        }
        guard data.count <= 64 << 10 else { throw SecretFailure(message: "\(path) is larger than 64 KiB") }
        return Array(data)
    }
}
