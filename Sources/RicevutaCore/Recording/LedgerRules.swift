/// How a ledger treats orders and jobs, whichever engine keeps them.
///
/// The rules are values that decide without a clock or a store; an engine reads what they ask for, and writes what they
/// say.
public struct LedgerRules: Sendable, Equatable {
    /// When orders are read back.
    public var readBacks: ReadBackPlan
    /// How long a token is good for.
    public var tokens: TokenLifetime
    /// What becomes of a job with which the program dies.
    public var crashes: CrashPolicy

    /// Creates rules.
    public init(
        readBacks: ReadBackPlan = ReadBackPlan(),
        tokens: TokenLifetime = TokenLifetime(),
        crashes: CrashPolicy = CrashPolicy()
    ) {
        self.readBacks = readBacks
        self.tokens = tokens
        self.crashes = crashes
    }
}
