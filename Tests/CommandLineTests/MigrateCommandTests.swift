import Foundation
import TestSupport
import Testing

@Suite("The migrate command", .ownThread, .timeLimit(.minutes(10)))
struct MigrateCommandTests {
    @Test("the private database is made and brought up to date once, and is there for the server")
    func embedded() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "realtime-migrate-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let first = try ServerProgram.run(["migrate", "--data-dir", folder])
        #expect(first.status == 0, "\(first.complaints)")
        #expect(first.output.hasPrefix("the database is up to date; applied: 1"))
        let second = try ServerProgram.run(["migrate", "--data-dir", folder])
        #expect(second.status == 0)
        #expect(second.output == "the database is up to date\n")
    }

    @Test("a database that is away is an error, and its password is not said")
    func away() throws {
        let outcome = try ServerProgram.run(["migrate", "--database", "host=/nonexistent password=geheim"])
        #expect(outcome.status == 1)
        #expect(outcome.complaints.contains("the database is away"))
        #expect(!outcome.complaints.contains("geheim"))
    }
}
