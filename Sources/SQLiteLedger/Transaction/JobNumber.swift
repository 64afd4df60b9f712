import RicevutaCore

/// A job's number: its subject's number times four plus its kind's, so that a kind has one job for each subject.
enum JobNumber {
    static func of(_ kind: JobKind, _ subject: Int64) -> Int64 { subject &* 4 &+ digit(kind) }

    /// Reads the kind out of `id % 4`.
    static func kind(digit: Int64) -> JobKind? { JobKind.allCases.first { self.digit($0) == digit } }

    private static func digit(_ kind: JobKind) -> Int64 {
        switch kind {
        case .verify: 0
        case .fetch: 1
        case .deliver: 2
        }
    }
}

/// Where a job waits: by kind, and deliveries by sink, so that a slow sink holds up no other.
struct JobLane {
    let kind: JobKind
    let name: String

    static let verify = JobLane(kind: .verify, name: "verify")
    static let fetch = JobLane(kind: .fetch, name: "fetch")
    static func deliver(_ sink: SinkName) -> JobLane { JobLane(kind: .deliver, name: deliverPrefix + sink.rawValue) }

    /// How the names of lanes of deliveries begin.
    static let deliverPrefix = "deliver:"
}
