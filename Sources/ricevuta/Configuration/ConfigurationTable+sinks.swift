import Callbacks

extension ConfigurationTable {
    /// The keys of one sink; those of one type only name it as their variant.
    static let sinkKeys: [ConfigurationKey] = [
        .required(
            "name",
            .text(.sinkName),
            "The sink's name, by which deliveries remember it: a-z, 0-9, - and _.",
            sample: "folder"
        ),
        .required(
            "type",
            .choice(["directory", "http"]),
            "directory: documents and JSON sidecars as files. http: signed CloudEvents to a web address.",
            sample: "directory"
        ),
        .value(
            "types",
            .list(of: .choice(NotificationType.allCases.map(\.rawValue))),
            "[]",
            "Notifications wanted, of " + NotificationType.allCases.map(\.rawValue).joined(separator: ", ")
                + "; empty is all."
        ),
        .value("items", .list(of: .text(.item)), "[]", "Catalogue items wanted, by hash; empty is all."),
        .value("orders", .list(of: .text(.order)), "[]", "Orders wanted, by id; empty is all."),
        .value(
            "timeLimit",
            .duration(.milliseconds(100) ... .seconds(600)),
            "30s",
            "How long one delivery may take."
        ),
        .value("concurrency", .integer(1...256), "4", "Deliveries at the same time."),
        .required("path", .text(.path), "The folder.", sample: "./documents", for: "directory"),
        .value(
            "template",
            .text(.template),
            "\"{item}/{order}-{type}\"",
            "The name of each file below the folder, without its extension.",
            for: "directory"
        ),
        .required(
            "url",
            .text(.webAddress),
            "The address that notifications are posted to.",
            sample: "http://127.0.0.1:8090/",
            for: "http"
        ),
        .required(
            "secrets",
            .list(of: .secret(.webhook), atLeast: 1),
            "Signing secrets in the form whsec_ and base64; a second one during a rotation.",
            sample: "[{fromEnvironment: RICEVUTA_WEBHOOK_SECRET}]",
            for: "http"
        ),
        .value(
            "inlineUpTo",
            .size(0...8 << 20),
            "256KiB",
            "Documents up to this size travel in the notification; larger ones as a link.",
            for: "http"
        ),
        .value(
            "allowedNetworks",
            .list(of: .text(.network), atLeast: 1),
            "[\"127.0.0.0/8\", \"::1/128\"]",
            "Addresses that may be connected to; a public one needs 0.0.0.0/0 and ::/0.",
            for: "http"
        ),
    ]
}
