import BaseKit
import RicevutaCore

/// Signed CloudEvents to a web address.
struct HTTPSinkType: SinkType {
    let name = "http"
    let summary = "signed CloudEvents to a URL"

    let keys: [SettingKey] = [
        .required(
            "url",
            .text(.webAddress),
            "URL that notifications are posted to.",
            sample: "http://127.0.0.1:8091/"
        ),
        .required(
            "secrets",
            .list(of: .secret(.webhook), atLeast: 1),
            "Signing secrets, whsec_ + base64; two while rotating.",
            sample: "[{fromEnvironment: RICEVUTA_WEBHOOK_SECRET}]"
        ),
        .value(
            "inlineUpTo",
            .size(0...Int64(HTTPSinkSettings.maxInlineBytes)),
            "256KiB",
            "Documents up to this size are embedded in the notification; larger ones are sent as a link."
        ),
        .value(
            "allowedNetworks",
            .list(of: .text(.network), atLeast: 1),
            "[\"127.0.0.0/8\", \"::1/128\"]",
            "Networks that may be connected to; 0.0.0.0/0 and ::/0 allow any."
        ),
    ]

    func problems(in values: SettingValues) -> [SettingProblem] {
        guard let url = values.text("url") else { return [] }
        var problems: [SettingProblem] = []
        if values.list("secrets").count > 2 {
            problems.append(
                SettingProblem("secrets", "has more than two secrets; at most the current and the previous one")
            )
        }
        // Networks that were refused themselves are no reason to refuse the URL.
        let networks = networks(values).isEmpty ? Self.everywhere : networks(values)
        do throws(HTTPSinkError) {
            try HTTPSink.validate(HTTPSinkSettings(url: url, allowedNetworks: networks))
            let host = WebAddress.host(of: url)
            let isThisMachine = WebAddress.isLoopback(host)
            if isThisMachine, !networks.contains(where: { $0.contains("127.0.0.1") || $0.contains("::1") }) {
                // A name of the file's is not repeated.
                throw .addressNotAllowed("localhost")
            }
        } catch {
            problems.append(SettingProblem("url", error.description))
        }
        return problems
    }

    private static let everywhere = ["0.0.0.0/0", "::/0"].compactMap { AddressRange($0) }

    func warnings(in values: SettingValues) -> [SettingProblem] {
        guard let url = values.text("url") else { return [] }
        var warnings: [SettingProblem] = []
        if WebAddress.isClearText(url) {
            warnings.append(
                SettingProblem("url", "is http: notifications and documents are sent in clear text; use https")
            )
        }
        let host = WebAddress.host(of: url)
        let networks = networks(values)
        if AddressRange.bytes(of: host) == nil, !WebAddress.isLoopback(host), !networks.isEmpty,
            Set(networks).isSubset(of: HTTPSinkSettings.loopback)
        {
            warnings.append(
                SettingProblem(
                    "url",
                    "is another machine's name, and allowedNetworks has only this machine's addresses; add that "
                        + "machine's network"
                )
            )
        }
        return warnings
    }

    func make(_ values: SettingValues, _ context: SinkContext) throws(SettingProblem) -> any Sink {
        let settings = HTTPSinkSettings(
            url: try values.required("url") { $0.text($1) },
            source: context.source,
            inlineLimit: Int(try values.required("inlineUpTo") { $0.integer($1) }),
            timeLimit: context.limits.timeLimit,
            allowedNetworks: networks(values),
            concurrency: context.limits.concurrency
        )
        let secrets = values.secrets("secrets").compactMap { WebhookSecret($0.text) }
        guard let secret = secrets.first else { throw SettingProblem("secrets", "has no signing secret") }
        do throws(HTTPSinkError) {
            return try HTTPSink(
                name: context.name,
                settings: settings,
                signer: WebhookSigner(secret: secret, retiring: secrets.dropFirst().first),
                link: context.link,
                now: context.now
            )
        } catch {
            throw SettingProblem("url", error.description)
        }
    }

    private func networks(_ values: SettingValues) -> [AddressRange] {
        values.texts("allowedNetworks").compactMap { AddressRange($0) }
    }
}

extension SecretForm {
    /// A Standard Webhooks secret: `whsec_` and base64.
    static let webhook = SecretForm { bytes in
        WebhookSecret(String(decoding: bytes, as: UTF8.self)) != nil
            ? nil : "the secret is not whsec_ + base64 of 24 to 64 bytes; `ricevuta secret` creates one"
    }
}
