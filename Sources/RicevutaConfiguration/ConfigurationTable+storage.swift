import RicevutaCore

extension ConfigurationTable {
    static let storage = SettingKey.section(
        "storage",
        "The file system of dataDirectory.",
        [
            .value(
                "minFreeBytes",
                .size(0...1 << 50),
                "64MiB",
                """
                With less free space readiness is lost and the alarm disk_low raised; callbacks are taken until \
                nothing can be written any more. 0 turns it off.
                """
            )
        ]
    )

    static let journal = SettingKey.section(
        "journal",
        "How long the journal keeps callbacks that the ledger has, to refill a ledger restored from a backup.",
        [
            .value(
                "keep",
                .duration(.zero ... .seconds(3650 * 86_400)),
                "7d",
                "Minimum time to keep a callback, unless keepBytes is exceeded."
            ),
            .value(
                "keepBytes",
                .size(0...1 << 40),
                "1GiB",
                "Maximum size; the oldest are removed first. They are also removed when the disk is nearly full."
            ),
        ]
    )

    static let archive = SettingKey.section(
        "archive",
        "The documents on disk.",
        [
            .value(
                "maxDocumentBytes",
                .size(1024...1 << 40),
                "1GiB",
                "Maximum document size; `ricevuta document fetch --max-bytes` raises it for one document."
            ),
            .value(
                "maxQuarantineBytes",
                .size(0...1 << 40),
                "1GiB",
                "Maximum size of all quarantined documents; the oldest are removed first."
            ),
        ]
    )

    static let retention = SettingKey.section(
        "retention",
        "How long callbacks, quarantined documents and attempts are kept. Orders, documents and deliveries stay.",
        [
            .value("bodies", age, "90d", "Bodies of callbacks, which may contain personal data."),
            .value("callbacks", age, "730d", "Callbacks with a verdict."),
            .value("quarantine", age, "30d", "Quarantined documents, since they were last seen."),
            .value("attempts", age, "90d", "Delivery attempts, with the beginning of what receivers answered."),
            .value(
                "interval",
                .duration(.milliseconds(100) ... .seconds(86_400)),
                "1h",
                "How often retention runs."
            ),
        ]
    )

    private static let age = SettingKind.duration(.seconds(1) ... .seconds(36_500 * 86_400))
}
