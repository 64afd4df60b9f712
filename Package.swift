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
        .target(name: "Compression", dependencies: ["CZlib"]),
        .target(name: "HTTPListener", dependencies: ["CMicroHTTPD"]),
        .target(name: "CProcessMemory"),
        .target(name: "Systemd"),
        .target(name: "Visengine", dependencies: [crypto]),
        .target(name: "Callbacks", dependencies: ["Visengine"]),
        .target(name: "CallbackJournal", dependencies: ["Callbacks", "DurableFiles", "Visengine", system]),
        .target(name: "CSQLiteShim", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(
            name: "SQLiteStatements",
            dependencies: ["CSQLiteShim", grdb, .product(name: "GRDBSQLite", package: "GRDB.swift")]
        ),
        .target(
            name: "SQLiteLedger",
            dependencies: ["Callbacks", "DurableFiles", "SQLiteStatements", "Visengine", crypto, grdb, system]
        ),
        .target(
            name: "VisengineClient",
            dependencies: ["Callbacks", "Visengine", httpClient, nioCore, nioHTTP1, nioPosix]
        ),
        .target(name: "BlockingWork"),
        .target(name: "CFileShim"),
        .target(name: "DurableFiles", dependencies: ["CFileShim", system]),
        .target(
            name: "FileArchive",
            dependencies: ["BlockingWork", "Callbacks", "Compression", "DurableFiles", "Visengine", crypto]
        ),
        .target(
            name: "Sinks",
            dependencies: [
                "BlockingWork", "Callbacks", "DurableFiles", "Visengine", crypto, httpClient, nioCore, nioHTTP1,
                nioPosix,
            ]
        ),
        .target(
            name: "Pipeline",
            dependencies: ["Callbacks", "Compression", "Visengine", log, metrics, coreMetrics, lifecycle]
        ),
        .target(name: "Console", dependencies: ["Callbacks", "HTTPListener", log, coreMetrics]),
        .target(
            name: "VisengineSandbox",
            dependencies: ["Visengine", "HTTPListener", crypto, httpClient, nioCore, nioHTTP1]
        ),
        .executableTarget(
            name: "ricevuta",
            dependencies: [
                "BlockingWork", "HTTPListener", "CProcessMemory", "Visengine", "Callbacks", "CallbackJournal",
                "SQLiteLedger", "VisengineClient", "FileArchive", "Systemd", "Sinks", "Pipeline", "Console",
                arguments, httpClient, log, coreMetrics, lifecycle, signals, system,
                .product(name: "Yams", package: "Yams"),
            ]
        ),
        .executableTarget(name: "visengine-sandbox", dependencies: ["VisengineSandbox", "HTTPListener", arguments]),

        .target(name: "TestSupport", path: "Tests/TestSupport"),
        .testTarget(name: "CompressionTests", dependencies: ["Compression"]),
        .testTarget(name: "BlockingWorkTests", dependencies: ["BlockingWork"]),
        .testTarget(name: "DurableFilesTests", dependencies: ["DurableFiles", "TestSupport"]),
        .testTarget(name: "HTTPListenerTests", dependencies: ["HTTPListener"]),
        .testTarget(name: "SystemdTests", dependencies: ["Systemd"]),
        .testTarget(name: "VisengineTests", dependencies: ["Visengine", crypto]),
        .testTarget(name: "CallbacksTests", dependencies: ["Callbacks", "Visengine"]),
        .testTarget(
            name: "CallbackJournalTests",
            dependencies: ["CallbackJournal", "Callbacks", "Visengine", "TestSupport", system]
        ),
        .testTarget(
            name: "SQLiteLedgerTests",
            dependencies: ["SQLiteLedger", "SQLiteStatements", "Callbacks", "Visengine", "TestSupport", grdb]
        ),
        .testTarget(
            name: "VisengineClientTests",
            dependencies: [
                "VisengineClient", "VisengineSandbox", "Callbacks", "Visengine", "HTTPListener", crypto, httpClient,
                nioCore, nioPosix,
            ]
        ),
        .testTarget(
            name: "FileArchiveTests",
            dependencies: ["FileArchive", "Callbacks", "Visengine", "TestSupport", crypto]
        ),
        .testTarget(
            name: "SinksTests",
            dependencies: [
                "Sinks", "BlockingWork", "Callbacks", "Visengine", "HTTPListener", "TestSupport", crypto,
            ]
        ),
        .testTarget(
            name: "PipelineTests",
            dependencies: ["Pipeline", "Callbacks", "Visengine", "TestSupport", log, lifecycle]
        ),
        .testTarget(name: "ConsoleTests", dependencies: ["Console", "Callbacks", "HTTPListener", log, coreMetrics]),
        .testTarget(
            name: "VisengineSandboxTests",
            dependencies: ["VisengineSandbox", "Visengine", "HTTPListener", crypto, httpClient, nioCore, nioHTTP1]
        ),
        .testTarget(
            name: "RicevutaTests",
            dependencies: ["ricevuta", "Callbacks", "Systemd", "Visengine", log]
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "CallbackJournal", "Compression", "SQLiteLedger", "Callbacks", "TestSupport", "Visengine", crypto, grdb,
                httpClient,
                nioCore, nioHTTP1,
                .product(name: "Subprocess", package: "swift-subprocess"),
                system,
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
