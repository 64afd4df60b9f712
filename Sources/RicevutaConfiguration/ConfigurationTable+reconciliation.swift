import RicevutaCore

extension ConfigurationTable {
    /// When orders are read back without a callback, and when they are late.
    static let reconciliation = SettingKey.section(
        "reconciliation",
        "Polling of open orders, which finds changes whose callbacks never came.",
        [
            .value("firstInterval", interval, "5m", "First polling interval; grows by half each time."),
            .value("maxInterval", interval, "1h", "Maximum polling interval."),
            .value(
                "minReadBackInterval",
                .duration(.zero ... .seconds(86_400)),
                "10s",
                "Minimum time between two reads of one order, no matter how many callbacks arrive."
            ),
            .value(
                "maxReadBacksPerHour",
                .integer(1...100_000),
                "60",
                "Maximum reads of one order per hour caused by callbacks; polls do not count."
            ),
            .value(
                "callbackGrace",
                .duration(.zero ... .seconds(86_400)),
                "2m",
                "How long to wait for a change's callback before the alarm missed_callback."
            ),
            .value(
                "promises",
                .list(
                    of: .section([
                        .required("item", .text(.itemName), "Name or hash of the item.", sample: "ISEE"),
                        .required(
                            "workingDays",
                            .integer(0...Int64(PromisedTimes.most)),
                            "Italian working days after that of the order; 0 for no promise.",
                            sample: "2"
                        ),
                    ])
                ),
                "[]",
                """
                Promised delivery times, after which an order is late (event order.late, alarm order_late). Without an \
                entry, items of the category Patronato have 2 days, others no promise.
                """
            ),
        ]
    )
}
