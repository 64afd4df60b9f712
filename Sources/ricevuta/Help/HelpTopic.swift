/// What `ricevuta help TOPIC` explains, beside the commands.
enum HelpTopic: String, CaseIterable {
    case installing
    case firstOrder = "first-order"
    case configuring
    case running
    case states
    case eventData = "event-data"
    case deliveries
    case alarms
    case metrics
    case errors
    case backups
    case upgrading
    case proxies
    case security
    case guarantees

    /// The name of the article's file.
    var article: String {
        switch self {
        case .installing: "Installing"
        case .firstOrder: "FirstOrder"
        case .configuring: "Configuring"
        case .running: "Running"
        case .states: "Orders"
        case .eventData: "Events"
        case .deliveries: "Deliveries"
        case .alarms: "Alarms"
        case .metrics: "Metrics"
        case .errors: "Errors"
        case .backups: "BackupAndRestore"
        case .upgrading: "Upgrading"
        case .proxies: "BehindAProxy"
        case .security: "ThreatModel"
        case .guarantees: "Guarantees"
        }
    }

    /// What it is about, in a line.
    var abstract: String { Article.named(article)?.abstract ?? "" }
}
