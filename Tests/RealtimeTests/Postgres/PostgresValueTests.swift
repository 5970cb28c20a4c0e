import Testing

@testable import Realtime

@Suite("Postgres values", .timeLimit(.minutes(10)))
struct PostgresValueTests {
    /// Sends one value of every type and reads it back.
    private static let echo = PostgresStatement(
        name: "echo", sql: "select $1, $2, $3, $4, $5, $6, $7, $8, $9",
        parameterTypes: [.text, .bytea, .int8, .int4, .int2, .bool, .uuid, .timestamptz, .json])

    @Test("a value of each type comes back as it was sent")
    func everyType() async throws {
        try await PostgresHouse.withDatabase { house in
            let uuid = PostgresUUID(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210)
            let date = Timestamp(milliseconds: 1_767_323_045_678)
            var parameters = PostgresParameters()
            parameters.append(text: "grüße 🐘")
            parameters.append(bytes: [0, 1, 0xFF])
            parameters.append(int64: .min)
            parameters.append(int32: -2)
            parameters.append(int16: .max)
            parameters.append(bool: true)
            parameters.append(uuid: uuid)
            parameters.append(timestamp: date)
            parameters.append(text: #"{"a": [1]}"#)
            let row = try house.run(Self.echo, parameters)[0]
            #expect(row.text(0) == "grüße 🐘")
            #expect(row.bytes(1).map { Array($0) } == [0, 1, 0xFF] as [UInt8])
            #expect(row.int64(2) == .min)
            #expect(row.int32(3) == -2)
            #expect(row.int16(4) == .max)
            #expect(row.bool(5))
            #expect(row.uuid(6) == uuid)
            #expect(row.timestamp(7) == date)
            #expect(row.text(8) == #"{"a": [1]}"#)
        }
    }

    @Test("the server understands each type as we do")
    func meaning() async throws {
        try await PostgresHouse.withDatabase { house in
            let statement = PostgresStatement(
                name: "meaning",
                sql: "select $1::text, ($2 at time zone 'UTC')::text, $3::text, $4::text, $5::text",
                parameterTypes: [.uuid, .timestamptz, .bool, .array(of: .int8), .array(of: .text)])
            var parameters = PostgresParameters()
            parameters.append(uuid: PostgresUUID(high: 0x0123_4567_89AB_CDEF, low: 1))
            parameters.append(timestamp: Timestamp(milliseconds: 1_767_323_045_678))
            parameters.append(bool: false)
            parameters.append(arrayOf: .int8) { array in
                array.append(int64: 1)
                array.appendNull()
                array.append(int64: -3)
            }
            parameters.append(arrayOf: .text) { _ in }
            let rows = try house.run(statement, parameters)
            #expect(rows[0].text(0) == "01234567-89ab-cdef-0000-000000000001")
            #expect(rows[0].text(1) == "2026-01-02 03:04:05.678")
            #expect(rows[0].text(2) == "false")
            #expect(rows[0].text(3) == "{1,NULL,-3}")
            #expect(rows[0].text(4) == "{}")
        }
    }

    @Test("NULL is not the empty text")
    func nulls() async throws {
        try await PostgresHouse.withDatabase { house in
            var parameters = PostgresParameters()
            parameters.appendNull()
            parameters.append(text: "")
            let statement = PostgresStatement(
                name: "nulls", sql: "select $1, $2", parameterTypes: [.text, .text])
            let row = try house.run(statement, parameters)[0]
            #expect(row.isNull(0) && row.bytes(0) == nil)
            #expect(!row.isNull(1) && row.bytes(1)?.count == 0)
        }
    }

    @Test("columns of a batch are arrays of the same length")
    func batch() async throws {
        try await PostgresHouse.withDatabase { house in
            try house.run("create table items(id int8, name text)")
            let insert = PostgresStatement(
                name: "insert", sql: "insert into items select * from unnest($1, $2)",
                parameterTypes: [.array(of: .int8), .array(of: .text)])
            var parameters = PostgresParameters()
            parameters.append(arrayOf: .int8) { for id in 0..<1000 { $0.append(int64: Int64(id)) } }
            parameters.append(arrayOf: .text) { names in
                for id in 0..<1000 {
                    if id == 7 { names.appendNull() } else { names.append(text: "name \(id)") }
                }
            }
            #expect(try house.run(insert, parameters).affectedCount == 1000)
            let rows = try house.run("select id, name from items order by id")
            #expect(rows.count == 1000)
            #expect(rows[999].int64(0) == 999 && rows[999].text(1) == "name 999")
            #expect(rows[7].isNull(1))
        }
    }

    @Test("moments before 1970 and 2000 keep their millisecond, and what PostgreSQL can't hold is infinite")
    func moments() async throws {
        for milliseconds: Int64 in [
            -62_167_219_200_000, -1, 0, 946_684_799_999, 946_684_800_000, 253_402_300_799_999,
        ] {
            let date = Timestamp(milliseconds: milliseconds)
            #expect(Timestamp(postgresMicroseconds: date.postgresMicroseconds) == date)
        }
        #expect(Timestamp(milliseconds: .max).postgresMicroseconds == .max)
        #expect(Timestamp(milliseconds: .min).postgresMicroseconds == .min)
        // Microseconds are cut, also before 2000.
        #expect(Timestamp(postgresMicroseconds: -1).milliseconds == 946_684_799_999)
        try await PostgresHouse.withDatabase { house in
            var parameters = PostgresParameters()
            parameters.append(timestamp: Timestamp(milliseconds: .max))
            parameters.append(timestamp: Timestamp(milliseconds: .min))
            let statement = PostgresStatement(
                name: "infinite", sql: "select $1::text, $2::text",
                parameterTypes: [.timestamptz, .timestamptz])
            let row = try house.run(statement, parameters)[0]
            #expect(row.text(0) == "infinity" && row.text(1) == "-infinity")
        }
    }

    @Test("zero bytes in a text are refused, and harm nobody else")
    func zeroByte() async throws {
        try await PostgresHouse.withDatabase { house in
            let statement = PostgresStatement(name: "zero", sql: "select $1", parameterTypes: [.text])
            var parameters = PostgresParameters()
            parameters.append(text: "a\0b")
            let outcome = try house.start(statement, parameters).take()
            #expect(throws: PostgresFailure.self) { try outcome.get() }
            #expect(try house.run("select 1::int8")[0].int64(0) == 1)
        }
    }
}
