import RicevutaCore

extension ConfigurationTable {
    /// What orders that are placed from here may cost.
    static let orders = SettingKey.section(
        "orders",
        "Orders placed with `ricevuta order place`.",
        [
            .optional(
                "dailyLimit",
                .text(.amount),
                """
                The most that orders placed from here may cost per day (Italian time), options included; rejected ones \
                do not count. An order beyond it, or of unknown price, is refused unless placed with --over-limit.
                """,
                sample: "50.00 EUR"
            )
        ]
    )
}
