import Foundation
import HTTPListener
import Testing

@Suite(.timeLimit(.minutes(2)))
struct TLSTests {
    @Test func speaksTLS() async throws {
        try await withTemporaryFolder { folder in
            let files = try await makeCertificate(in: folder)
            let handler = RecordingHandler(respond: { .text(200, "secret \($0.body.count)") })

            try await withListener(handler, tls: files) { listener in
                let request = "POST /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc"
                for version in ["-tls1_2", "-tls1_3"] {
                    let output = try await connect(to: listener.port, version, trusting: files, request)
                    #expect(output.text.contains("200 OK"), "\(version): \(output.text)")
                    #expect(output.text.contains("secret 3"))
                }
                let old = try await connect(to: listener.port, "-tls1_1", trusting: files, request)
                #expect(!old.text.contains("200 OK"))
            }
            #expect(handler.requests.count == 2)
        }
    }

    @Test func endsASlowRequestOverTLS() async throws {
        try await withTemporaryFolder { folder in
            let files = try await makeCertificate(in: folder)
            var limits = ListenerLimits()
            limits.requestDeadline = .milliseconds(100)

            try await withListener(RecordingHandler(), limits: limits, tls: files) { listener in
                let request = "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300\r\n\r\nabc"
                let output = try await connect(to: listener.port, "-tls1_3", trusting: files, request)
                #expect(!output.text.contains("200 OK"))
            }
        }
    }

    @Test func refusesAKeyOfAnotherCertificate() async throws {
        try await withTemporaryFolder { folder in
            let files = try await makeCertificate(in: folder)
            try FileManager.default.createDirectory(atPath: "\(folder)/other", withIntermediateDirectories: true)
            let other = try await makeCertificate(in: "\(folder)/other")
            let mixed = TLSFiles(certificate: files.certificate, privateKey: other.privateKey)

            let error = #expect(throws: ListenerError.self) {
                try HTTPServer(ListenerConfiguration(tls: mixed), handler: RecordingHandler())
            }
            #expect(error.map { "\($0)" }?.contains(files.certificate) == true)

            let swapped = TLSFiles(certificate: files.privateKey, privateKey: files.certificate)
            #expect(throws: ListenerError.self) {
                try HTTPServer(ListenerConfiguration(tls: swapped), handler: RecordingHandler())
            }
        }
    }

    @Test func examinesFilesWithoutAListener() async throws {
        try await withTemporaryFolder { folder in
            let files = try await makeCertificate(in: folder)
            try FileManager.default.createDirectory(atPath: "\(folder)/other", withIntermediateDirectories: true)
            let other = try await makeCertificate(in: "\(folder)/other")
            try "-----BEGIN CERTIFICATE-----\nbad\n-----END CERTIFICATE-----\n"
                .write(toFile: "\(folder)/bad.pem", atomically: true, encoding: .utf8)

            let validity = try files.examined()
            let now = Int64(Date().timeIntervalSince1970)
            #expect(validity.from <= now && validity.until > now)

            var mixed = files
            mixed.privateKey = other.privateKey
            let mismatch = #expect(throws: ListenerError.self) { try mixed.examined() }
            #expect(
                mismatch
                    == .tlsFile(
                        path: other.privateKey,
                        reason: "it is not the key of the certificate \(files.certificate)"
                    )
            )
            var missing = files
            missing.certificate = "\(folder)/none.pem"
            let absence = #expect(throws: ListenerError.self) { try missing.examined() }
            #expect(absence == .tlsFile(path: missing.certificate, reason: "cannot open it (it does not exist)"))
            for (certificate, authorities) in [("bad", nil), (nil, "bad")] as [(String?, String?)] {
                var bad = files
                if let certificate { bad.certificate = "\(folder)/\(certificate).pem" }
                bad.clientAuthorities = authorities.map { "\(folder)/\($0).pem" }
                let error = #expect(throws: ListenerError.self) { try bad.examined() }
                guard case .tlsFile(let path, let reason) = error else { continue }
                #expect(path == "\(folder)/bad.pem" && !reason.isEmpty)
            }
            var trusting = files
            trusting.clientAuthorities = files.certificate
            #expect(try trusting.examined() == validity)
        }
    }

    @Test func usesRenewedCertificatesAndKeepsOldOnesWhenTheyAreBad() async throws {
        try await withTemporaryFolder { folder in
            let first = try await makeCertificate(in: folder)
            try FileManager.default.createDirectory(atPath: "\(folder)/other", withIntermediateDirectories: true)
            let second = try await makeCertificate(in: "\(folder)/other")
            let mixed = TLSFiles(certificate: first.certificate, privateKey: second.privateKey)
            let request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

            try await withListener(RecordingHandler(), tls: first) { listener in
                func isTrusted(_ files: TLSFiles) async throws -> Bool {
                    try await connect(to: listener.port, "-tls1_3", trusting: files, request).text.contains(
                        "HTTP/1.1 200"
                    )
                }
                #expect(try await isTrusted(first))
                try await listener.reload(second)
                #expect(try await isTrusted(second))
                #expect(try await !isTrusted(first))
                await #expect(throws: ListenerError.self) { try await listener.reload(mixed) }
                #expect(try await isTrusted(second))
            }
        }
    }

    @Test func tellsTheClientsCertificateWhenAnAuthorityVouchesForIt() async throws {
        try await withTemporaryFolder { folder in
            var server = try await makeCertificate(in: folder)
            var clients: [TLSFiles] = []
            for name in ["known", "unknown"] {
                try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
                clients.append(try await makeCertificate(in: "\(folder)/\(name)"))
            }
            server.clientAuthorities = clients[0].certificate
            let fingerprint = try await openssl([
                "x509", "-in", clients[0].certificate, "-noout", "-fingerprint", "-sha256",
            ])
            let digits = fingerprint.text.split(separator: "=").last.map { $0.lowercased().filter(\.isHexDigit) }
            let request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            let handler = RecordingHandler(respond: { .text(200, "it is \($0.head.clientCertificate ?? "none")") })

            let answers = try await withListener(handler, tls: server) { listener in
                var answers: [String] = []
                for client in [nil, clients[0], clients[1]] {
                    answers.append(
                        try await connect(to: listener.port, "-tls1_3", trusting: server, as: client, request).text
                    )
                }
                return answers
            }

            #expect(answers[0].contains("it is none"))
            #expect(answers[1].contains("it is \(try #require(digits))"))
            #expect(answers[2].contains("it is none"))
        }
    }

    @Test func usesNewAuthoritiesWhenNothingElseHasChanged() async throws {
        try await withTemporaryFolder { folder in
            var server = try await makeCertificate(in: folder)
            var clients: [TLSFiles] = []
            for name in ["first", "second"] {
                try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
                clients.append(try await makeCertificate(in: "\(folder)/\(name)"))
            }
            server.clientAuthorities = clients[0].certificate
            let files = server
            let request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            let handler = RecordingHandler(respond: { .text(200, "known: \($0.head.clientCertificate != nil)") })

            try await withListener(handler, tls: files) { listener in
                func isKnown(_ client: TLSFiles) async throws -> Bool {
                    try await connect(to: listener.port, "-tls1_3", trusting: files, as: client, request).text
                        .contains("known: true")
                }
                #expect(try await isKnown(clients[0]))
                #expect(try await !isKnown(clients[1]))
                var renewed = files
                renewed.clientAuthorities = clients[1].certificate

                try await listener.reload(renewed)

                #expect(try await isKnown(clients[1]))
                #expect(try await !isKnown(clients[0]))
            }
        }
    }

    private func makeCertificate(in folder: String) async throws -> TLSFiles {
        let files = TLSFiles(certificate: "\(folder)/certificate.pem", privateKey: "\(folder)/key.pem")
        let output = try await openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-keyout", files.privateKey, "-out", files.certificate,
        ])
        try #require(output.status == 0, "openssl req failed: \(output.text)")
        return files
    }

    private func connect(
        to port: UInt16,
        _ version: String,
        trusting files: TLSFiles,
        as client: TLSFiles? = nil,
        _ request: String
    ) async throws -> (status: Int32, text: String) {
        try await openssl(
            [
                "s_client", "-connect", "127.0.0.1:\(port)", "-servername", "localhost", version, "-quiet",
                "-ign_eof", "-verify_return_error", "-CAfile", files.certificate,
            ] + (client.map { ["-cert", $0.certificate, "-key", $0.privateKey] } ?? []),
            input: request
        )
    }

    private func openssl(_ arguments: [String], input: String = "") async throws -> (status: Int32, text: String) {
        try await onThread {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["openssl"] + arguments
            let (toChild, fromChild) = (Pipe(), Pipe())
            process.standardInput = toChild
            process.standardOutput = fromChild
            process.standardError = fromChild
            try process.run()
            try toChild.fileHandleForWriting.write(contentsOf: Data(input.utf8))
            let output = fromChild.fileHandleForReading.readDataToEndOfFile()
            try toChild.fileHandleForWriting.close()
            process.waitUntilExit()
            return (process.terminationStatus, String(decoding: output, as: UTF8.self))
        }
    }
}
