import Testing

@testable import Realtime

@Suite("HTTP date")
struct HTTPDateTests {
    @Test(
        "moments as the Date field says them",
        arguments: [
            ("1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
            ("1969-12-31T23:59:59.999Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
            ("1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("2000-02-29T12:00:00Z", "Tue, 29 Feb 2000 12:00:00 GMT"),
            ("2026-01-02T03:04:05.678Z", "Fri, 02 Jan 2026 03:04:05 GMT"),
            ("0000-01-01T00:00:00Z", "Sat, 01 Jan 0000 00:00:00 GMT"),
            ("9999-12-31T23:59:59Z", "Fri, 31 Dec 9999 23:59:59 GMT"),
        ])
    func dates(moment: String, expected: String) throws {
        var output = ByteBuffer()
        HTTPDate(try #require(Timestamp(rfc3339: moment))).append(to: &output)
        #expect(String(decoding: output.array, as: UTF8.self) == expected)
        #expect(output.count == HTTPDate.byteCount)
    }
}
