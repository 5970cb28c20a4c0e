import TestSupport
import Testing

@testable import Realtime

@Suite("The tests' own PostgreSQL", .ownThread)
struct TestClusterTests {
    @Test("every test gets a database of its own, which is dropped after it")
    func databases() throws {
        let first = try TestCluster.database()
        try Psql.run("create table t (x int)", on: first.connectionString)
        let dropped: String
        do {
            let second = try TestCluster.database()
            try Psql.run("create table t (x int)", on: second.connectionString)
            dropped = second.connectionString
        }
        #expect(throws: Psql.Failed.self) { try Psql.run("select 1", on: dropped) }
        #expect(try Psql.run("select count(*) from t", on: first.connectionString) == "0")
    }
}
