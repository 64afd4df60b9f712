import BaseKit
import MetricsExporter
import RicevutaCore

/// Which program runs.
public struct BuildInfo: Sendable, Equatable {
    /// The program's version.
    public var version: String
    /// The commit that it was built from; `nil` if the build did not set it.
    public var commit: String?
    /// The version of libmicrohttpd.
    public var libmicrohttpd: String

    /// Names a build.
    public init(version: String, commit: String?, libmicrohttpd: String) {
        self.version = version
        self.commit = commit
        self.libmicrohttpd = libmicrohttpd
    }
}

/// What the data directory's disk holds; what the disk does not say in time is `nil`.
public struct StorageCounts: Sendable, Equatable {
    /// Bytes that are free.
    public var free: Int64?
    /// With less free the program is not ready.
    public var minFree: Int64
    /// Bytes of the ledger's files, by what the file is: `database`, `log`.
    public var ledger: [String: Int64]

    /// Creates counts.
    public init(free: Int64?, minFree: Int64, ledger: [String: Int64]) {
        self.free = free
        self.minFree = minFree
        self.ledger = ledger
    }
}

/// What runs, and what it uses.
enum ProgramGauges {
    static func write(_ build: BuildInfo, to text: inout PrometheusText) {
        text.single(
            .buildInfo,
            1,
            [
                ("version", build.version), ("commit", build.commit ?? "unknown"),
                ("libmicrohttpd", build.libmicrohttpd),
            ]
        )
    }

    static func write(_ storage: StorageCounts, to text: inout PrometheusText) {
        if let free = storage.free { text.single(.diskFree, Double(free)) }
        text.single(.diskLimit, Double(storage.minFree))
        if !storage.ledger.isEmpty { text.family(.ledgerBytes, storage.ledger.mapValues(Double.init)) }
    }

    static func write(_ usage: ProcessUsage, to text: inout PrometheusText) {
        text.single(.processStart, usage.startedAt)
        text.single(.processCPU, usage.cpuSeconds)
        text.single(.processResidentMemory, Double(usage.residentBytes))
        text.single(.processVirtualMemory, Double(usage.virtualBytes))
        text.single(.processThreads, usage.threads)
        if let openFiles = usage.openFiles { text.single(.processOpenFiles, openFiles) }
        if let maxFiles = usage.maxFiles { text.single(.processMaxFiles, maxFiles) }
    }
}
