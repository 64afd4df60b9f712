public import ArgumentParser
public import RicevutaCore

/// A caller's own name for orders.
struct ReferenceOption: ParsableArguments {
    @Option(
        help: """
            Your own name for the order, such as a case number, up to 128 characters. It goes into events, lists and \
            logs: no personal data.
            """,
        completion: Completions.references
    )
    var reference: OrderReference?
}

/// Which entries of a list by their order's reference.
struct ReferenceFilterOption: ParsableArguments {
    @Option(help: "Only what is about orders placed with this --reference.", completion: Completions.references)
    var reference: OrderReference?
}

/// What keeps a script from spending money twice, or too much.
struct PurchaseOptions: ParsableArguments {
    @Option(
        help: """
            Place the order once, however often it is asked for under this key: the same order again prints the first \
            one, another order is refused.
            """
    )
    var idempotencyKey: IdempotencyKey?

    @Flag(help: "Place the order even if it exceeds orders.dailyLimit, or if its price is unknown.")
    var overLimit = false
}

extension OrderReference: ExpressibleByArgument {}

extension IdempotencyKey: ExpressibleByArgument {}
