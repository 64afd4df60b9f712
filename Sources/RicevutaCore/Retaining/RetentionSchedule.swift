/// How long what is in the ledger is kept.
public struct RetentionSchedule: Sendable, Equatable {
    /// How long each kind is kept; what is missing is kept for good.
    public var ages: [RetentionRule: Duration]
    /// How often old ones are looked for.
    public var interval: Duration

    /// Creates a schedule.
    public init(ages: [RetentionRule: Duration] = [:], interval: Duration = .seconds(3600)) {
        self.ages = ages
        self.interval = interval
    }
}
