import RicevutaCore

extension ConfigurationTable {
    /// The keys of a sink: those of every type, and those that each type declares itself.
    static func sinks(_ types: [any SinkType]) -> TypedSection {
        TypedSection(
            common: [
                .required(
                    "name",
                    .text(.sinkName),
                    "Unique name of the sink; deliveries refer to it: a-z, 0-9, - and _.",
                    sample: types.first?.name ?? ""
                ),
                .required(
                    TypedSection.selector,
                    .choice(types.map(\.name)),
                    types.map { "\($0.name): \($0.summary)." }.joined(separator: " "),
                    sample: types.first?.name ?? ""
                ),
                .value(
                    "types",
                    .list(of: .choice(notificationTypes)),
                    "[]",
                    """
                    Types to deliver, of \(notificationTypes.joined(separator: ", ")); empty: all. \
                    [document.available] is documents alone.
                    """
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
            ],
            variants: types.map { TypedSection.Variant(name: $0.name, keys: $0.keys) }
        )
    }

    private static let notificationTypes = NotificationType.allCases.map(\.rawValue)
}
