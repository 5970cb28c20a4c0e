import Glibc
import Testing

@testable import Realtime

@Suite("JSON scanner")
struct JSONScannerTests {
    static let accepted: [String] = [
        "null", "true", "false", "0", "-0", "7", "-1", "10", "123456789012345678901234567890", "0.5", "-0.0",
        "1e5", "1E+5", "1e-5", "0e0", "0E-0", "1.25e400", "\"\"", "\"a\"", "[]", "{}", "[ ]", "{ }",
        " \t\r\n[1 , 2 ]\r\n\t ", "[[[[]]]]", "[null,true,false,0,\"\",[],{}]", "{\"\":0}",
        "{\"a\":{\"a\":{}}}",
        "{\"a\":1,\"b\":1}", "[{\"a\":1},{\"a\":1}]", "{\"a\":[1,2],\"A\":null}",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\\u0000\\u001F\\uFFFF\\uabCD\"", "\"\\uD83D\\uDE00\"", "\"\\uDBFF\\uDFFF\"", "\"\u{7F}\"", "\"é\"",
        "\"€\"",
        "\"😀\"", "\"\u{10FFFF}\"", "\"\u{2028}\u{2029}\"", "\"\u{FEFF}\"", "\"12345678\"", "\"1234567é\"",
        "\"123456789€\"",
        "{\"\\u0061\":1,\"b\":2}", "{\"e\u{301}\":1,\"é\":2}", sampleEnvelope,
    ]

    @Test("accepts what the grammar allows", arguments: accepted)
    func accepts(text: String) {
        #expect(scan(text) == nil)
    }

    typealias Reason = JSONError.Reason
    static let rejected: [(String, Reason)] = [
        ("", .unexpectedEnd), (" ", .unexpectedEnd), ("\u{FEFF}1", .unexpectedByte), ("nul", .unexpectedEnd),
        ("nulL", .invalidLiteral), ("True", .unexpectedByte), ("tru3", .invalidLiteral),
        ("nullx", .trailingBytes),
        ("NaN", .unexpectedByte), ("Infinity", .unexpectedByte), ("-Infinity", .invalidNumber),
        ("+1", .unexpectedByte),
        ("01", .invalidNumber), ("-01", .invalidNumber), ("-", .unexpectedEnd), ("--1", .invalidNumber),
        ("1.", .unexpectedEnd), ("1.]", .invalidNumber), (".5", .unexpectedByte), ("1.e5", .invalidNumber),
        ("1e", .unexpectedEnd), ("1e+", .unexpectedEnd), ("1e+]", .invalidNumber), ("1.2.3", .invalidNumber),
        ("0x10", .invalidNumber), ("1_000", .trailingBytes), ("1 000", .trailingBytes),
        ("1,", .trailingBytes),
        ("\"", .unexpectedEnd), ("\"a", .unexpectedEnd), ("\"\\", .unexpectedEnd), ("\"\\\"", .unexpectedEnd),
        ("\"\\x41\"", .invalidEscape), ("\"\\a\"", .invalidEscape), ("\"\\'\"", .invalidEscape),
        ("\"\\U0041\"", .invalidEscape),
        ("\"\\u12G4\"", .invalidEscape), ("\"\\u12\"", .invalidEscape), ("\"\\u-123\"", .invalidEscape),
        ("\"\\u12", .unexpectedEnd), ("\"\\uD800\"", .loneSurrogate), ("\"\\uDC00\"", .loneSurrogate),
        ("\"\\uD800\\u0041\"", .loneSurrogate), ("\"\\uD800\\n\"", .loneSurrogate),
        ("\"\\uD800\\uD800\"", .loneSurrogate),
        ("\"\\uD800x\"", .loneSurrogate), ("\"\\uD800", .unexpectedEnd), ("\"\n\"", .controlCharacter),
        ("\"\t\"", .controlCharacter), ("\"\u{0}\"", .controlCharacter), ("\"\u{1F}\"", .controlCharacter),
        ("\"1234567890\u{1}\"", .controlCharacter), ("'a'", .unexpectedByte), ("[", .unexpectedEnd),
        ("[1", .unexpectedEnd),
        ("[1,", .unexpectedEnd), ("[1,]", .unexpectedByte), ("[,1]", .unexpectedByte),
        ("[1 2]", .unexpectedByte),
        ("[1}", .unexpectedByte), ("[]]", .trailingBytes), ("[][]", .trailingBytes), ("]", .unexpectedByte),
        ("[1,,2]", .unexpectedByte), ("[\u{C}]", .unexpectedByte), ("[\u{A0}]", .unexpectedByte),
        ("{", .unexpectedEnd),
        ("{]", .unexpectedByte), ("{\"a\"", .unexpectedEnd), ("{\"a\":", .unexpectedEnd),
        ("{\"a\":1", .unexpectedEnd),
        ("{\"a\":1,", .unexpectedEnd), ("{\"a\":1,}", .unexpectedByte), ("{\"a\"}", .unexpectedByte),
        ("{\"a\",1}", .unexpectedByte),
        ("{\"a\":}", .unexpectedByte), ("{a:1}", .unexpectedByte), ("{1:1}", .unexpectedByte),
        ("{\"a\"::1}", .unexpectedByte),
        ("{\"a\":1 \"b\":2}", .unexpectedByte), ("{\"a\":1}{", .trailingBytes),
        ("{\"a\":1}//", .trailingBytes),
        ("/* */1", .unexpectedByte), ("{\"a\":1,\"a\":2}", .duplicateKey),
        ("{\"a\":1,\"\\u0061\":2}", .duplicateKey),
        ("{\"\":1,\"\":2}", .duplicateKey), ("[{\"x\":{\"k\":1,\"k\":1}}]", .duplicateKey),
        ("{\"é\":1,\"\\u00e9\":2}", .duplicateKey), ("{\"\\uD83D\\uDE00\":1,\"😀\":2}", .duplicateKey),
        ("{\"document_id\":1,\"x\":{},\"document\\u005fid\":2}", .duplicateKey), ("1\u{0}", .trailingBytes),
    ]

    @Test("refuses all else and says why", arguments: rejected)
    func refuses(text: String, reason: JSONError.Reason) {
        #expect(scan(text)?.reason == reason)
    }

    static let notUTF8: [[UInt8]] = [
        [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE2, 0x82],
        [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80],
        [0xF5, 0x80, 0x80, 0x80],
        [0xFE], [0xFF], [0xF0, 0x9F, 0x98], [0xE2, 0x28, 0xA1],
    ]

    @Test("refuses bytes that are not UTF-8 in any place of a word, in keys and values", arguments: notUTF8)
    func refusesBadUTF8(bytes: [UInt8]) {
        for padding in 0..<17 {
            let string = [0x22] + [UInt8](repeating: 0x61, count: padding) + bytes + [0x22]
            #expect(scan(string) == JSONError(reason: .invalidUTF8, offset: 1 + padding))
            #expect(scan(string + [0x20] + [UInt8](repeating: 0x20, count: 8))?.reason == .invalidUTF8)
            #expect(scan([0x7B] + string + Array(":1}          ".utf8))?.reason == .invalidUTF8)
        }
    }

    @Test("believes UTF-8 that was checked before")
    func skipsUTF8() throws {
        let value = try withExactBytes([0x22, 0xFF, 0x22]) { bytes in
            var scanner = JSONScanner(bytes, isUTF8: true)
            return try scanner.soleValue()
        }
        #expect(value.kind == .string)
    }

    @Test("finds a special byte at every place of a word", arguments: 0..<24)
    func specialPlaces(padding: Int) {
        let plain = String(repeating: "a", count: padding)
        for tail in ["", "bbbbbbbbbbbb"] {
            #expect(scan("[\"\(plain)\",\"\(tail)\"]") == nil)
            #expect(scan("[\"\(plain)\\n\(tail)\"]") == nil)
            #expect(
                scan("[\"\(plain)\u{1F}\(tail)\"]")
                    == JSONError(reason: .controlCharacter, offset: 2 + padding))
            #expect(scan("[\"\(plain)\u{80}\(tail)\"]") == nil)
        }
    }

    @Test(
        "every text cut short at any byte is refused",
        arguments: accepted.filter { $0.first == "{" || $0.first == "[" || $0.first == "\"" })
    func truncated(text: String) {
        let bytes = Array(text.utf8)
        let last = bytes.lastIndex { $0 > 0x20 } ?? 0
        for count in 0...last where count > 0 || last > 0 {
            #expect(scan(Array(bytes.prefix(count)))?.reason == .unexpectedEnd)
        }
    }

    @Test("nesting is counted and bounded")
    func depth() {
        let limits = JSONLimits(depth: 3)
        #expect(scan("[[[1]]]", limits: limits) == nil)
        #expect(scan("[[],[],[[]],{\"a\":{}}]", limits: limits) == nil)
        #expect(scan("[[[[]]]]", limits: limits) == JSONError(reason: .tooDeep, offset: 3))
        #expect(scan("{\"a\":{\"a\":[{}]}}", limits: limits)?.reason == .tooDeep)
        #expect(scan(String(repeating: "[", count: 100_000))?.reason == .tooDeep)
        let deepest = JSONLimits(depth: 512)
        #expect(
            scan(String(repeating: "[", count: 512) + String(repeating: "]", count: 512), limits: deepest)
                == nil)
    }

    @Test("size, members and the length of a number are bounded")
    func bounds() {
        #expect(scan("[1,2]", limits: JSONLimits(bytes: 5)) == nil)
        #expect(scan("[1,2] ", limits: JSONLimits(bytes: 5)) == JSONError(reason: .tooLarge, offset: 5))
        #expect(scan("{\"a\":{\"x\":1,\"y\":1},\"b\":1}", limits: JSONLimits(members: 2)) == nil)
        #expect(
            scan("{\"a\":1,\"b\":1,\"c\":1}", limits: JSONLimits(members: 2))
                == JSONError(reason: .tooManyMembers, offset: 13))
        #expect(scan("12345", limits: JSONLimits(numberLength: 5)) == nil)
        #expect(
            scan("[-12345]", limits: JSONLimits(numberLength: 5))
                == JSONError(reason: .numberTooLong, offset: 1))
    }

    @Test("members come in order, as they were received")
    func walksMembers() throws {
        let text = #" { "type" : "x" , "data":{"a" :[1, 2]},"n":-12.5e1,"t":true,"f":false,"z":null } "#
        try withExactBytes(Array(text.utf8)) { bytes in
            var scanner = JSONScanner(bytes)
            try scanner.enterObject()
            var seen: [String] = []
            while let member = try scanner.nextMember() {
                let raw = String(decoding: member.value.bytes(in: bytes), as: UTF8.self)
                seen.append("\(member.key.string(in: bytes) ?? "-") \(member.value.kind) \(raw)")
            }
            #expect(
                seen == [
                    #"type string "x""#, #"data object {"a" :[1, 2]}"#, "n number -12.5e1", "t true true",
                    "f false false",
                    "z null null",
                ])
        }
    }

    @Test("elements come in order, and what is inside one is walked by another scanner")
    func walksElements() throws {
        try withExactBytes(Array("[1,[2,3],{}]".utf8)) { bytes in
            var scanner = JSONScanner(bytes)
            try scanner.enterArray()
            #expect(try scanner.nextElement()?.int(in: bytes) == 1)
            let inner = try #require(try scanner.nextElement()).bytes(in: bytes)
            var innerScanner = JSONScanner(inner)
            try innerScanner.enterArray()
            #expect(try innerScanner.nextElement()?.int(in: inner) == 2)
            #expect(try innerScanner.nextElement()?.int(in: inner) == 3)
            #expect(try innerScanner.nextElement() == nil)
            #expect(try scanner.nextElement()?.kind == .object)
            #expect(try scanner.nextElement() == nil)
        }
    }

    @Test(
        "entering something else is an error, and so is what follows the outermost value",
        arguments: [
            ("[]", JSONError(reason: .notAnObject, offset: 0)),
            (" 1", JSONError(reason: .notAnObject, offset: 1)),
            ("", JSONError(reason: .unexpectedEnd, offset: 0)),
            ("{}x", JSONError(reason: .trailingBytes, offset: 2)),
            ("{\"a\":1} {", JSONError(reason: .trailingBytes, offset: 8)),
            ("{\"a\":1,\"a\":1}", JSONError(reason: .duplicateKey, offset: 7)),
            ("{\"a\":[}", JSONError(reason: .unexpectedByte, offset: 6)),
        ])
    func walkErrors(text: String, expected: JSONError) {
        #expect(throws: expected) {
            try withExactBytes(Array(text.utf8)) { bytes in
                var scanner = JSONScanner(bytes)
                try scanner.enterObject()
                while try scanner.nextMember() != nil {}
            }
        }
    }

    @Test("a key twice is found in objects of every size, also when it is written in two ways")
    func duplicatesInLargeObjects() {
        for count in [2, 15, 16, 17, 18, 23, 24, 25, 100, 3000] {
            let members = (0..<count).map { "\"key_with_a_long_name_\($0)_and_end\":{\"a\":\($0)}" }
            #expect(scan("{" + members.joined(separator: ",") + "}") == nil)
            for position in [0, count / 2, count - 1] {
                var twice = members
                twice.append("\"key_with_a_long_name_\(position)_\\u0061nd_end\":1")
                let text = "{" + twice.joined(separator: ",") + "}"
                #expect(scan(text)?.reason == .duplicateKey)
                #expect(scan("{\"outer\":[\(text)],\"b\":1}")?.reason == .duplicateKey)
            }
        }
    }

    @Test("keys made to look alike to the fingerprint are told apart, by text, in little time")
    func fingerprintCollisions() {
        let members = (0..<8000).map { "\"12345678\(String($0 + 10_000))87654321\":0" }
        let start = threadTime()
        #expect(scan("{" + members.joined(separator: ",") + "}") == nil)
        let time = threadTime() - start
        // Comparing each with each would be 32 million comparisons, many seconds in a debug build.
        #expect(time < .seconds(3))
        #expect(scan("{" + (members + [members[4000]]).joined(separator: ",") + "}")?.reason == .duplicateKey)
    }

    /// What this thread has worked; what others do meanwhile is not counted.
    private func threadTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
