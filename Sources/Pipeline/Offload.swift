import Dispatch

/// Runs blocking work away from the cooperative pool, which has one thread for each core: two documents being synced
/// would stop every service on a small machine.
enum Offload {
    static func run<Value: Sendable, Failure: Error>(
        _ work: @escaping @Sendable () throws(Failure) -> Value
    ) async -> Result<Value, Failure> {
        // A serial queue: on Linux, tasks run on the threads of the global ones.
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "ricevuta.offload").async {
                continuation.resume(returning: Result { () throws(Failure) in try work() })
            }
        }
    }
}
