import Foundation
import Synchronization

@testable import Realtime

/// One PostgreSQL for all tests of a process, started when the first of them asks, and gone with the process,
/// however that ends.
final class TestCluster: Sendable {
    private static let started = Result { () throws(any Error) in try TestCluster() }

    /// The one of this process.
    static var shared: TestCluster {
        get throws { try started.get() }
    }

    /// A new, empty database in it, which is dropped with the last reference to it.
    static func database() throws -> TestDatabase {
        try TestDatabase(in: shared)
    }

    /// Where it is kept.
    let folder: String
    private let postgres: EmbeddedPostgres
    private let count = Atomic(0)

    private init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "realtime-tests-\(UUID())").path
        try Self.removeAtTheEnd(folder)
        postgres = try EmbeddedPostgres.start(in: folder, log: .disabled)
    }

    /// Where the database is that every cluster has.
    var connectionString: String { postgres.connectionString }

    fileprivate func connectionString(to database: String) -> String {
        postgres.connectionString(to: database)
    }

    fileprivate func freshName() -> String {
        "test_\(count.add(1, ordering: .relaxed).newValue)"
    }

    /// Removes a folder when this process has ended. A shell waits for that at the other end of a pipe: nothing that
    /// this process does at its end is certain to be done.
    private static func removeAtTheEnd(_ folder: String) throws {
        // Our end stays open as long as the process, which is the point of it.
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SmallFile.Failure.system(errno) }
        defer { close(ends[0]) }
        _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
        // Not our output: whoever reads that would wait for the shell too.
        let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(nothing) }
        _ = try ChildProcess(
            "sh",
            ["-c", #"read _; for try in 1 2 3 4 5; do rm -rf -- "$1" && exit; sleep 1; done"#, "sh", folder],
            environment: ["PATH=/usr/bin:/bin"],
            descriptors: [ends[0], nothing, nothing])
    }
}

/// A database for the length of a test.
final class TestDatabase: Sendable {
    let connectionString: String
    let name: String
    private let cluster: TestCluster

    fileprivate init(in cluster: TestCluster) throws {
        self.cluster = cluster
        name = cluster.freshName()
        connectionString = cluster.connectionString(to: name)
        try Psql.run("create database \(name)", on: cluster.connectionString)
    }

    deinit {
        _ = try? Psql.run("drop database \(name) with (force)", on: cluster.connectionString)
    }
}
