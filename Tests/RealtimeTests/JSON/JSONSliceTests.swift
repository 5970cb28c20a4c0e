import Testing

@testable import Realtime

@Suite("JSON slices")
struct JSONSliceTests {
    private func value<Result>(
        of text: String, _ body: (JSONSlice, UnsafeRawBufferPointer) -> Result
    ) throws -> Result {
        try withExactBytes(Array(text.utf8)) { bytes in
            var scanner = JSONScanner(bytes)
            return body(try scanner.soleValue(), bytes)
        }
    }

    @Test(
        "strings come out with their escapes resolved",
        arguments: [
            (#""""#, ""), (#""plain é 😀""#, "plain é 😀"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u0041\u00e9\u20AC\uD83D\uDE00\u0000z""#, "Aé€😀\u{0}z"),
            (#""\uFFFF\u07ff\u0800\udbff\udfff""#, "\u{FFFF}\u{7FF}\u{800}\u{10FFFF}"),
            (#""a\\u0041""#, "a\\u0041"),
        ])
    func strings(text: String, expected: String) throws {
        let string = try value(of: text) { $0.string(in: $1) }
        #expect(string.map { Array($0.utf8) } == Array(expected.utf8))
        #expect(
            try value(of: text) { slice, bytes in
                var expected = expected
                return expected.withUTF8 { slice.equals(UnsafeRawBufferPointer($0), in: bytes) }
            })
    }

    @Test("equality of text is exact")
    func equals() throws {
        #expect(try value(of: #""type""#) { $0.equals("type", in: $1) })
        #expect(try value(of: #""t\u0079pe""#) { $0.equals("type", in: $1) })
        #expect(try value(of: #""""#) { $0.equals("", in: $1) })
        for other in [#""typ""#, #""type2""#, #""Type""#, #""t\u0079p""#, #""t\u0079pee""#, #""""#, "1"] {
            #expect(try value(of: other) { !$0.equals("type", in: $1) })
        }
    }

    @Test(
        "integers that fit",
        arguments: [
            ("0", 0), ("-0", 0), ("42", 42), ("-7", -7), ("9223372036854775807", Int.max),
            ("-9223372036854775808", Int.min),
        ])
    func integers(text: String, expected: Int) throws {
        #expect(try value(of: text) { $0.int(in: $1) } == expected)
    }

    @Test(
        "no integer where there is a fraction, an exponent, no room or no number",
        arguments: [
            "1.0", "1e2", "9223372036854775808", "-9223372036854775809", "99999999999999999999", "\"1\"",
            "null", "[1]",
        ])
    func notIntegers(text: String) throws {
        #expect(try value(of: text) { $0.int(in: $1) } == nil)
    }

    @Test(
        "doubles are the nearest ones",
        arguments: [
            "0", "-0.0", "1", "-1.5", "0.1", "0.30000000000000004", "123456789.123456789", "1e22", "1e23",
            "-2.5E-3", "5e-324",
            "2.2250738585072011e-308", "1.7976931348623157e308", "9007199254740993", "9007199254740991e22",
            "0.000001", "1e-400",
            "123456789012345678901234567890", "3.141592653589793238462643383279", "8.5e+00002",
            "0e999999999999",
        ])
    func doubles(text: String) throws {
        let expected = try #require(Double(text))
        #expect(try value(of: text) { $0.double(in: $1) }?.bitPattern == expected.bitPattern)
    }

    @Test("random doubles survive the way through their shortest text")
    func randomDoubles() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<5000 {
            let double = Double(bitPattern: random.next())
            guard double.isFinite else { continue }
            #expect(try value(of: double.description) { $0.double(in: $1) }?.bitPattern == double.bitPattern)
        }
    }

    @Test(
        "what is too large for a double is none",
        arguments: ["1e309", "-1e400", "1e99999999999999999999", "true"])
    func notDoubles(text: String) throws {
        #expect(try value(of: text) { $0.double(in: $1) } == nil)
    }

    @Test("the words")
    func words() throws {
        #expect(try value(of: "true") { slice, _ in slice.bool } == true)
        #expect(try value(of: "false") { slice, _ in slice.bool } == false)
        #expect(try value(of: "null") { slice, _ in slice.bool } == nil)
        #expect(try value(of: "null") { slice, _ in slice.isNull })
        #expect(try value(of: "0") { slice, _ in !slice.isNull })
        #expect(try value(of: "[]") { $0.string(in: $1) } == nil)
    }
}
