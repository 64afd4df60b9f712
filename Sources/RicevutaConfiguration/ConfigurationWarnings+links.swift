import RicevutaCore

extension ConfigurationWarnings {
    /// Links to documents that receivers on other machines cannot follow.
    func links() -> [(place: SettingPlace, message: String)] {
        guard let admin = root.section("admin"), admin.text("publicURL") == nil, let host = admin.text("host"),
            WebAddress.isLoopback(host) || ["0.0.0.0", "::"].contains(host)
        else { return [] }
        return root.sections("sinks").compactMap { sink in
            // Who has a limit for what travels inside gets links to what is larger.
            guard sink.integer("inlineUpTo") != nil, let url = sink.text("url"), let place = sink.place("url"),
                !WebAddress.isLoopback(WebAddress.host(of: url))
            else { return nil }
            let types = sink.texts("types")
            guard types.isEmpty || types.contains(NotificationType.documentAvailable.rawValue) else { return nil }
            return (
                place,
                "is another machine, where links to documents beyond inlineUpTo lead nowhere: they name \(host); "
                    + "set admin.publicURL"
            )
        }
    }
}
