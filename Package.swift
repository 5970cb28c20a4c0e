// swift-tools-version: 6.2

import PackageDescription

/// One set of rules for every Swift target: Swift 6 mode, and the upcoming features that make
/// isolation and imports explicit. `NonisolatedNonsendingByDefault` matters for speed too: async code
/// stays on the event loop that called it instead of hopping to the global pool.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "realtime",
    products: [
        .library(name: "Realtime", targets: ["Realtime"]),
        .library(name: "RealtimeEvents", targets: ["RealtimeEvents"]),
        .library(name: "RealtimeClient", targets: ["RealtimeClient"]),
        .library(name: "Handlers", targets: ["Handlers"]),
        .executable(name: "realtime-server", targets: ["realtime-server"]),
        .executable(name: "realtime-bench", targets: ["realtime-bench"]),
    ],
    targets: [
        .systemLibrary(name: "CLibuv", pkgConfig: "libuv", providers: [.apt(["libuv1-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CJWT", pkgConfig: "libjwt", providers: [.apt(["libjwt-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CLinux"),
        .target(name: "CWebFiles"),

        .target(name: "RealtimeEvents", swiftSettings: strict),
        .target(name: "HTTPClient", dependencies: ["CCurl"], swiftSettings: strict),
        .target(
            name: "RealtimeClient", dependencies: ["RealtimeEvents", "HTTPClient"], swiftSettings: strict),
        .target(
            name: "Realtime",
            dependencies: [
                "RealtimeEvents", "HTTPClient", "CLibuv", "CZlib", "COpenSSL", "CJWT", "CLibpq", "CLinux",
                "CWebFiles",
            ],
            swiftSettings: strict),
        .target(name: "Handlers", dependencies: ["Realtime"], swiftSettings: strict),
        .executableTarget(
            name: "realtime-server", dependencies: ["Realtime", "Handlers"], swiftSettings: strict),
        .executableTarget(name: "realtime-bench", dependencies: ["CLinux"], swiftSettings: strict),

        .executableTarget(
            name: "hello-room", dependencies: ["Realtime", "Handlers"], path: "examples/hello-room",
            exclude: ["README.md"], swiftSettings: strict),
        .executableTarget(
            name: "backend-broadcast", dependencies: ["RealtimeClient"], path: "examples/backend-broadcast",
            exclude: ["README.md"], swiftSettings: strict),

        .testTarget(
            name: "RealtimeTests",
            dependencies: [
                "Realtime", "Handlers", "HTTPClient", "RealtimeClient", "ScriptedServer", "TestSupport",
                "COpenSSL",
            ],
            swiftSettings: strict),
        .testTarget(name: "ArchitectureTests", swiftSettings: strict),
        .testTarget(
            name: "CommandLineTests", dependencies: ["Realtime", "realtime-server", "TestSupport"],
            swiftSettings: strict),
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        .target(name: "ScriptedServer", path: "Tests/ScriptedServer", swiftSettings: strict),
        .testTarget(
            name: "HTTPClientTests", dependencies: ["HTTPClient", "ScriptedServer"], swiftSettings: strict),
        .testTarget(
            name: "RealtimeClientTests", dependencies: ["RealtimeClient", "ScriptedServer"],
            swiftSettings: strict),
        .testTarget(
            name: "BenchTests", dependencies: ["realtime-bench", "ScriptedServer"], swiftSettings: strict),
    ]
)
