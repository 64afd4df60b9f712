// swift-tools-version: 6.2
import PackageDescription

let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")

let package = Package(
    name: "ricevuta",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
    ],
    // What a target may use, scripts/check.d/layers.py says; whatever its files import is declared here.
    targets: [
        .systemLibrary(name: "CMicroHTTPD", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CArticles"),
        .target(name: "CLinux"),
        .target(name: "CSQLiteShim", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(name: "BaseKit", dependencies: ["CLinux", "CZlib", system]),
        .target(name: "HTTPListener", dependencies: ["CMicroHTTPD"]),
        .target(name: "MetricsExporter", dependencies: [coreMetrics]),
        .target(name: "Visengine", dependencies: ["BaseKit"]),
        .target(name: "RicevutaCore", dependencies: ["BaseKit", "Visengine", crypto]),
        .target(name: "CallbackJournal", dependencies: ["BaseKit", "RicevutaCore", "Visengine", system]),
        .target(
            name: "SQLiteLedger",
            dependencies: [
                "BaseKit", "CSQLiteShim", "RicevutaCore", "Visengine", crypto, grdb,
                .product(name: "GRDBSQLite", package: "GRDB.swift"), system,
            ]
        ),
        .target(
            name: "VisengineClient",
            dependencies: ["BaseKit", "RicevutaCore", "Visengine", httpClient, nioCore, nioHTTP1, nioPosix]
        ),
        .target(name: "FileArchive", dependencies: ["BaseKit", "RicevutaCore", "Visengine", crypto]),
        .target(
            name: "Sinks",
            dependencies: ["BaseKit", "RicevutaCore", "Visengine", crypto, httpClient, nioCore, nioHTTP1, nioPosix]
        ),
        .target(
            name: "Pipeline",
            dependencies: ["BaseKit", "RicevutaCore", "Visengine", log, metrics, coreMetrics, lifecycle]
        ),
        .target(
            name: "AdminEndpoints",
            dependencies: ["BaseKit", "HTTPListener", "MetricsExporter", "RicevutaCore", log]
        ),
        .target(
            name: "VisengineSandbox",
            dependencies: ["BaseKit", "HTTPListener", "Visengine", crypto, httpClient, nioCore, nioHTTP1]
        ),
        .target(
            name: "RicevutaConfiguration",
            dependencies: [
                "BaseKit", "RicevutaCore", "Visengine", crypto, .product(name: "Yams", package: "Yams"),
            ]
        ),
        .executableTarget(
            name: "ricevuta",
            dependencies: [
                "AdminEndpoints", "BaseKit", "CallbackJournal", "CArticles", "CLinux", "FileArchive", "HTTPListener",
                "MetricsExporter", "Pipeline", "RicevutaConfiguration", "RicevutaCore", "Sinks", "SQLiteLedger",
                "Visengine", "VisengineClient", arguments, crypto, httpClient, log, coreMetrics, lifecycle, nioCore,
                nioHTTP1, nioPosix, signals, system,
            ]
        ),
        .executableTarget(
            name: "visengine-sandbox",
            dependencies: ["BaseKit", "VisengineSandbox", "HTTPListener", arguments]
        ),

        .target(
            name: "TestSupport",
            dependencies: ["BaseKit", "RicevutaCore", "Visengine"],
            path: "Tests/TestSupport"
        ),
        .testTarget(name: "BaseKitTests", dependencies: ["BaseKit", "TestSupport"]),
        .testTarget(name: "HTTPListenerTests", dependencies: ["HTTPListener"]),
        .testTarget(name: "MetricsExporterTests", dependencies: ["MetricsExporter", coreMetrics]),
        .testTarget(name: "VisengineTests", dependencies: ["BaseKit", "TestSupport", "Visengine"]),
        .testTarget(
            name: "RicevutaCoreTests",
            dependencies: ["BaseKit", "RicevutaCore", "TestSupport", "Visengine", crypto]
        ),
        .testTarget(
            name: "CallbackJournalTests",
            dependencies: ["BaseKit", "CallbackJournal", "RicevutaCore", "Visengine", "TestSupport", system]
        ),
        .testTarget(
            name: "SQLiteLedgerTests",
            dependencies: ["BaseKit", "RicevutaCore", "SQLiteLedger", "Visengine", "TestSupport", grdb]
        ),
        .testTarget(
            name: "LedgerConformanceTests",
            dependencies: ["BaseKit", "RicevutaCore", "SQLiteLedger", "Visengine", "TestSupport", grdb]
        ),
        .testTarget(
            name: "VisengineClientTests",
            dependencies: [
                "BaseKit", "HTTPListener", "RicevutaCore", "Visengine", "VisengineClient", "VisengineSandbox", crypto,
                httpClient, nioCore, nioPosix,
            ]
        ),
        .testTarget(
            name: "FileArchiveTests",
            dependencies: ["BaseKit", "FileArchive", "RicevutaCore", "Visengine", "TestSupport", crypto]
        ),
        .testTarget(
            name: "SinksTests",
            dependencies: [
                "BaseKit", "FileArchive", "HTTPListener", "RicevutaConfiguration", "RicevutaCore", "Sinks", "Visengine",
                "TestSupport", crypto,
            ]
        ),
        .testTarget(
            name: "PipelineTests",
            dependencies: ["BaseKit", "Pipeline", "RicevutaCore", "Visengine", "TestSupport", log, lifecycle]
        ),
        .testTarget(
            name: "AdminEndpointsTests",
            dependencies: [
                "AdminEndpoints", "BaseKit", "HTTPListener", "MetricsExporter", "RicevutaCore", "Visengine", log,
                coreMetrics,
            ]
        ),
        .testTarget(
            name: "VisengineSandboxTests",
            dependencies: [
                "BaseKit", "HTTPListener", "Visengine", "VisengineSandbox", crypto, httpClient, nioCore, nioHTTP1,
            ]
        ),
        .testTarget(
            name: "RicevutaConfigurationTests",
            dependencies: ["BaseKit", "RicevutaConfiguration", "RicevutaCore", "Sinks", "Visengine"]
        ),
        .testTarget(
            name: "RicevutaTests",
            dependencies: [
                "BaseKit", "HTTPListener", "Pipeline", "ricevuta", "RicevutaConfiguration", "RicevutaCore", "Sinks",
                "TestSupport", "Visengine", arguments, log,
            ]
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "BaseKit", "CallbackJournal", "HTTPListener", "RicevutaCore", "SQLiteLedger", "TestSupport", crypto,
                grdb,
                httpClient, nioCore, nioHTTP1, .product(name: "Subprocess", package: "swift-subprocess"), system,
            ],
            exclude: ["Native", "Receivers", "Senders"]
        ),
    ]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}
