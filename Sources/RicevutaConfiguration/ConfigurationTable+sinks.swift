import RicevutaCore

extension ConfigurationTable {
    /// The keys of one sink; those of one type only name it as their variant.
    static let sinkKeys: [ConfigurationKey] = [
        .required(
            "name",
            .text(.sinkName),
            "Unique name of the sink; deliveries refer to it: a-z, 0-9, - and _.",
            sample: "folder"
        ),
        .required(
            "type",
            .choice(["directory", "http"]),
            "directory: documents and JSON sidecar files. http: signed CloudEvents to a URL.",
            sample: "directory"
        ),
        .value(
            "types",
            .list(of: .choice(NotificationType.allCases.map(\.rawValue))),
            "[]",
            "Types to deliver, of \(NotificationType.allCases.map(\.rawValue).joined(separator: ", ")); empty: all."
        ),
        .value("items", .list(of: .text(.item)), "[]", "Catalogue items to deliver, by hash; empty: all."),
        .value("orders", .list(of: .text(.order)), "[]", "Orders to deliver, by ID; empty: all."),
        .value(
            "timeLimit",
            .duration(.milliseconds(100) ... .seconds(600)),
            "30s",
            "Timeout of one delivery attempt."
        ),
        .value("concurrency", .integer(1...256), "4", "Maximum concurrent deliveries."),
        .required("path", .text(.path), "Target folder.", sample: "./documents", for: "directory"),
        .value(
            "template",
            .text(.template),
            "\"{item}/{order}-{type}\"",
            "File name below the folder, without extension.",
            for: "directory"
        ),
        .required(
            "url",
            .text(.webAddress),
            "URL that notifications are posted to.",
            sample: "http://127.0.0.1:8090/",
            for: "http"
        ),
        .required(
            "secrets",
            .list(of: .secret(.webhook), atLeast: 1),
            "Signing secrets, whsec_ + base64; two while rotating.",
            sample: "[{fromEnvironment: RICEVUTA_WEBHOOK_SECRET}]",
            for: "http"
        ),
        .value(
            "inlineUpTo",
            .size(0...8 << 20),
            "256KiB",
            "Documents up to this size are embedded in the notification; larger ones are sent as a link.",
            for: "http"
        ),
        .value(
            "allowedNetworks",
            .list(of: .text(.network), atLeast: 1),
            "[\"127.0.0.0/8\", \"::1/128\"]",
            "Networks that may be connected to; 0.0.0.0/0 and ::/0 allow any.",
            for: "http"
        ),
    ]
}
