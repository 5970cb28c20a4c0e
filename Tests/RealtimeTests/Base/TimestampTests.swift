import Testing

@testable import Realtime

@Suite("Timestamp")
struct TimestampTests {
    @Test(
        "known moments are written as RFC 3339 in 24 bytes",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (1_767_323_045_678, "2026-01-02T03:04:05.678Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_799_999, "2000-02-29T23:59:59.999Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func formats(milliseconds: Int64, text: String) {
        let timestamp = Timestamp(milliseconds: milliseconds)
        #expect(timestamp.description == text)
        var buffer = ByteBuffer()
        buffer.append(timestamp)
        #expect(buffer.array == Array(text.utf8))
        #expect(buffer.count == Timestamp.byteCount)
        #expect(Timestamp(rfc3339: text) == timestamp)
    }

    @Test("what four digits of a year can't say is held at the ends")
    func clamps() {
        #expect(Timestamp(milliseconds: .max).description == "9999-12-31T23:59:59.999Z")
        #expect(Timestamp(milliseconds: .min).description == "0000-01-01T00:00:00.000Z")
    }

    @Test("every day of 800 years follows the one before it")
    func everyDay() {
        var expected = CivilDate(year: 1600, month: 1, day: 1)
        for days in expected.daysSinceEpoch..<expected.daysSinceEpoch + 2 * 146_097 {
            guard CivilDate(daysSinceEpoch: days) == expected, expected.daysSinceEpoch == days else {
                Issue.record("day \(days) is \(CivilDate(daysSinceEpoch: days)), not \(expected)")
                return
            }
            expected.day += 1
            if !expected.exists {
                expected.day = 1
                expected.month += 1
            }
            if expected.month == 13 {
                expected.month = 1
                expected.year += 1
            }
        }
        #expect(expected == CivilDate(year: 2400, month: 1, day: 1))
    }

    @Test(
        "every form of RFC 3339 is read",
        arguments: [
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z"),
            ("2026-01-02t03:04:05z", "2026-01-02T03:04:05.000Z"),
            ("2026-01-02 03:04:05Z", "2026-01-02T03:04:05.000Z"),
            ("2026-01-02T03:04:05.6Z", "2026-01-02T03:04:05.600Z"),
            ("2026-01-02T03:04:05.67Z", "2026-01-02T03:04:05.670Z"),
            ("2026-01-02T03:04:05.6789999Z", "2026-01-02T03:04:05.678Z"),
            ("2026-01-02T03:04:05+00:00", "2026-01-02T03:04:05.000Z"),
            ("2026-01-02T03:04:05-00:00", "2026-01-02T03:04:05.000Z"),
            ("2026-01-02T03:04:05+05:30", "2026-01-01T21:34:05.000Z"),
            ("2025-12-31T20:00:00.5-08:00", "2026-01-01T04:00:00.500Z"),
            ("2016-12-31T23:59:60.9Z", "2017-01-01T00:00:00.000Z"),
        ])
    func parses(text: String, utc: String) {
        #expect(Timestamp(rfc3339: text)?.description == utc)
    }

    @Test("a time without a zone is refused, or UTC where that is asked for")
    func missingZone() {
        #expect(Timestamp(rfc3339: "2026-01-02T03:04:05.678") == nil)
        #expect(
            Timestamp(rfc3339: "2026-01-02T03:04:05.678", missingZone: .utc)?.description
                == "2026-01-02T03:04:05.678Z")
    }

    @Test(
        "what is not a time is refused",
        arguments: [
            "", "2026", "2026-01-02", "2026-01-02T03:04Z", "2026-1-2T03:04:05Z", "2026-01-02T24:00:00Z",
            "2026-01-02T03:60:00Z", "2026-01-02T03:04:61Z", "2026-13-02T03:04:05Z", "2026-00-02T03:04:05Z",
            "2026-02-29T03:04:05Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z",
            "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05,5Z", "2026-01-02T03:04:05.678ZZ",
            "2026-01-02T03:04:05+0100", "2026-01-02T03:04:05+24:00", "2026-01-02T03:04:05+01:60",
            "2026-01-02T03:04:05+01:00x", "+026-01-02T03:04:05Z", "2026-01-02X03:04:05Z",
            " 2026-01-02T03:04:05Z",
            "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "2026-01-02T03:04:05.678\0",
        ])
    func refuses(text: String) {
        #expect(Timestamp(rfc3339: text, missingZone: .utc) == nil)
    }

    @Test("every cut of a good time is refused or complete, and nothing is read past the end")
    func cuts() {
        let bytes = Array("2026-01-02T03:04:05.678+01:00".utf8)
        for length in 0..<bytes.count {
            let cut = Array(bytes[..<length])
            let parsed = Timestamp(rfc3339: cut.span)
            #expect(parsed == nil, "the first \(length) bytes")
        }
    }
}
