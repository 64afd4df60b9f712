import BaseKit
import HTTPListener
import RicevutaConfiguration
import RicevutaCore

extension Surroundings {
    /// What `serve` cannot start without.
    static let serving = Surroundings(checksFolders: false) { findings($0, now: .now()) }

    /// All that can be looked at without changing or calling anything.
    static let checked = Surroundings(checksFolders: true) { findings($0, now: .now()) }

    private static func findings(_ tls: Configuration.Listener.TLS, now: Timestamp) -> TLSFindings {
        do throws(ListenerError) {
            let validity = try tls.files.examined()
            let warning = CertificateExpiry(validity, now: now).problem.map { SettingProblem("certificate", $0) }
            return TLSFindings(warnings: warning.map { [$0] } ?? [])
        } catch {
            guard case .tlsFile(let path, let reason) = error else {
                return TLSFindings(problems: [SettingProblem("certificate", "\(error)")])
            }
            let key =
                switch path {
                case tls.certificate: "certificate"
                case tls.privateKey: "privateKey"
                default: "clientAuthorities"
                }
            return TLSFindings(problems: [SettingProblem(key, "cannot be used: \(reason)")])
        }
    }
}

/// How long a certificate still holds.
struct CertificateExpiry {
    private let validity: CertificateValidity
    private let now: Int64
    /// Who renews certificates does so a month before, so that this is when somebody should look.
    private static let notice: Int64 = 14 * 86_400

    init(_ validity: CertificateValidity, now: Timestamp) {
        self.validity = validity
        self.now = now.milliseconds / 1000
    }

    /// Whether clients accept it now, as far as its dates go.
    var isValid: Bool { validity.from <= now && now <= validity.until }

    /// What is wrong with its dates, or soon will be; as the end of a sentence.
    var problem: String? {
        if now < validity.from { return "is not valid before \(date(validity.from))" }
        if now > validity.until { return "expired on \(date(validity.until)); renew it" }
        return validity.until - now < Self.notice ? "expires on \(date(validity.until)); renew it" : nil
    }

    /// The last day.
    var lastDay: String { date(validity.until) }

    private func date(_ seconds: Int64) -> String {
        String(Timestamp(milliseconds: seconds * 1000).description.prefix { $0 != "T" })
    }
}
