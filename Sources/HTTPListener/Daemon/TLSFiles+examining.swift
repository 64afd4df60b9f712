import CMicroHTTPD

extension TLSFiles {
    /// Reads the files, and makes sure that a listener could use them.
    ///
    /// They have to be PEM of their kind, and key and certificate have to belong together. A certificate that has
    /// expired passes: ``CertificateValidity`` tells. Blocks on the disk for a moment; changes nothing.
    ///
    /// - Returns: From when to when the certificate holds.
    /// - Throws: ``ListenerError/tlsFile(path:reason:)`` for the file that would have to change.
    public func examined() throws(ListenerError) -> CertificateValidity {
        let bundle = try PEMBundle(self)
        var validity = cmhd_validity(from: 0, until: 0)
        let code = unsafe bundle.withCStrings { certificate, key, _ in
            unsafe cmhd_examine_certificate(
                certificate,
                UInt32(bundle.certificate.utf8.count),
                key,
                UInt32(bundle.privateKey.utf8.count),
                &validity
            )
        }
        if code != 0 {
            // The first failure that the library tells of the certificate alone is told of its file.
            let isMismatch = code == GNUTLS_E_CERTIFICATE_KEY_MISMATCH
            throw .tlsFile(
                path: validity.until == 0 ? certificate : privateKey,
                reason: isMismatch ? "it is not the key of the certificate \(certificate)" : Self.reason(code)
            )
        }
        if let clientAuthorities, let text = bundle.clientAuthorities {
            let code = unsafe text.withCString {
                unsafe cmhd_examine_authorities($0, UInt32(text.utf8.count))
            }
            if code != 0 { throw .tlsFile(path: clientAuthorities, reason: Self.reason(code)) }
        }
        return CertificateValidity(from: validity.from, until: validity.until)
    }

    private static func reason(_ code: Int32) -> String {
        let text = unsafe String(cString: cmhd_reason(code))
        return String(text.prefix(1).lowercased() + text.dropFirst()).trimmingSuffix(".")
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
