import Glibc

/// The contents of a listener's PEM files.
struct PEMBundle: Sendable {
    var certificate: String
    var privateKey: String
    /// `nil` when clients are not asked for certificates.
    var clientAuthorities: String?

    /// Reads the files.
    ///
    /// - Throws: ``ListenerError/tlsFile(path:reason:)`` for the first that can't be read or is no PEM file of its
    ///   kind.
    init(_ files: TLSFiles) throws(ListenerError) {
        certificate = try Self.read(files.certificate, kind: "CERTIFICATE")
        privateKey = try Self.read(files.privateKey, kind: "PRIVATE KEY")
        if let path = files.clientAuthorities { clientAuthorities = try Self.read(path, kind: "CERTIFICATE") }
        if privateKey.contains("ENCRYPTED") {
            throw .tlsFile(path: files.privateKey, reason: "the key is encrypted; store it without a passphrase")
        }
    }

    /// Calls `body` with all three as C strings that last as long as the call.
    @unsafe
    func withCStrings<Result>(
        _ body: (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafePointer<CChar>?) -> Result
    ) -> Result {
        unsafe certificate.withCString { certificate in
            unsafe privateKey.withCString { privateKey in
                guard let clientAuthorities else { return unsafe body(certificate, privateKey, nil) }
                return unsafe clientAuthorities.withCString { unsafe body(certificate, privateKey, $0) }
            }
        }
    }

    private static func read(_ path: String, kind: String) throws(ListenerError) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .tlsFile(path: path, reason: "cannot open it (\(Self.reason(errno)))") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = unsafe Glibc.read(descriptor, &piece, piece.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .tlsFile(path: path, reason: "cannot read it (\(Self.reason(errno)))") }
            guard count > 0 else { break }
            bytes.append(contentsOf: piece[..<count])
            guard bytes.count <= 1 << 20 else { throw .tlsFile(path: path, reason: "it is larger than 1 MiB") }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.contains("-----BEGIN "), text.contains("\(kind)-----") else {
            throw .tlsFile(path: path, reason: "no \(kind.lowercased()) found in PEM format")
        }
        return text
    }

    private static func reason(_ number: Int32) -> String {
        switch number {
        case ENOENT: "it does not exist"
        case EACCES: "permission denied"
        default: "errno \(number)"
        }
    }
}
