import BaseKit
import Foundation
import RicevutaCore
import Subprocess
import Testing

extension EndToEnd {
    /// The operator's day: the machine that it runs on.
    @Suite(.timeLimit(.minutes(3)))
    struct OperatorsDayMachineTests {
        @Test func whatWasAcknowledgedBeforeAKillIsFinishedAfterIt() async throws {
            try await withTestBed { bed in
                let order = try await bed.receiver { receiver in
                    let day = OperatorsDay(bed, receiver)
                    let (order, callback) = try await day.newOrder()
                    try await bed.advance(to: "Visura evasa")
                    try await day.call(callback, "Visura evasa", of: order)
                    receiver.program.signal(.kill)
                    try await day.status("ended without stopping", "`ricevuta serve` starts it", exit: 1)
                    return order
                }
                try await bed.receiver { receiver in
                    let day = OperatorsDay(bed, receiver)
                    try await day.logs("The previous process ended without stopping")
                    try await day.isGood(order)
                    try await day.story(order, "claims fulfilled: confirmed", "document stored")
                }
            }
        }

        @Test func aBadCertificateIsRefusedAndTheOldOneStaysUntilAGoodOneComes() async throws {
            try await withOperatorsDay(prepare: { bed in
                try await Self.makeCertificate(in: bed.directory)
                let files = "certificate: ./certificate.pem, privateKey: ./key.pem, reloadInterval: 100ms"
                try bed.configure(listener: "healthPath: /alive, tls: {\(files)}")
            }) { day in
                let certificate = day.bed.directory + "/certificate.pem"
                let good = try Data(contentsOf: URL(fileURLWithPath: certificate))
                try await day.status(exit: 0)
                try Data("nothing".utf8).write(to: URL(fileURLWithPath: certificate))

                try await day.logs(
                    "TLS certificate reload failed; keeping the current certificate",
                    .reloadFailed,
                    ["error": "certificate.pem", "next": "ricevuta config check"]
                )
                try await day.status("reload failed", "certificate.pem", "`ricevuta config check`", exit: 1)
                let check = try await day.bed.command(["config", "check"])
                #expect(check.code == 78 && check.problems.contains("listener.tls.certificate: cannot be used"))
                #expect(try await Self.isAlive(day), "with the old one")

                try good.write(to: URL(fileURLWithPath: certificate))
                try await day.logs("TLS certificate reloaded")
                try await day.mend("config", "check")
                try await day.isGood()
                #expect(try await Self.isAlive(day))
            }
        }

        @Test func aBadConfigurationIsRefusedAndTheOldOneStaysUntilAGoodOneComes() async throws {
            try await withOperatorsDay { day in
                try day.bed.configure("sinks:", as: "sinkss:")
                day.receiver.program.signal(.terminalClosed)

                try await day.logs(
                    "Configuration reload failed; keeping the current one",
                    .reloadFailed,
                    ["error": "sinkss", "next": "ricevuta config check"]
                )
                try day.bed.configure("sinkss:", as: "sinks:")
                try await day.status("reload failed", "sinkss", "`ricevuta config check`", exit: 1)

                try await day.mend("config", "check")
                try await day.reload()
                try await day.isGood(try await day.finishedOrder())
            }
        }

        private static func makeCertificate(in directory: String) async throws {
            let made = try await Program.output(
                "/usr/bin/env",
                [
                    "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-keyout", directory + "/key.pem", "-out", directory + "/certificate.pem",
                ]
            )
            try #require(made.code == 0, "openssl: \(made.problems)")
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o600],
                ofItemAtPath: directory + "/key.pem"
            )
        }

        /// Whether the listener for callbacks answers over TLS.
        private static func isAlive(_ day: OperatorsDay) async throws -> Bool {
            let root = try #require(URL(string: "/alive", relativeTo: URL(string: day.receiver.callbacks)))
            let answer = try await Program.output("/usr/bin/curl", ["-sk", "--max-time", "10", root.absoluteString])
            return answer.code == 0 && String(decoding: answer.bytes, as: UTF8.self) == "ok\n"
        }
    }
}
