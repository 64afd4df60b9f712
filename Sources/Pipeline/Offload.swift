import Dispatch

/// Runs blocking work away from the cooperative pool, which has one thread for each core: two documents being synced
/// would stop every service on a small machine.
enum Offload {
    static func run<Value: Sendable, Failure: Error>(
        _ work: @escaping @Sendable () throws(Failure) -> Value
    ) async -> Result<Value, Failure> {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: Result { () throws(Failure) in try work() })
            }
        }
    }
}
