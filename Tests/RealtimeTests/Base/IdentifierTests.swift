import Testing

@testable import Realtime

@Suite("Identifier")
struct IdentifierTests {
    @Test("1 to 256 bytes of any Unicode are a name")
    func accepted() {
        for name in [
            "a", "project_12", "räume/😀", String(repeating: "x", count: 256), " ", "日本語", "a\u{A0}b",
        ] {
            #expect(RoomID(name)?.string == name)
        }
    }

    @Test(
        "Nothing, and more than 256 bytes, are no name", arguments: ["", String(repeating: "x", count: 257)])
    func length(name: String) {
        #expect(RoomID(name) == nil)
    }

    @Test("Bytes are counted, not characters")
    func bytesCount() {
        #expect(RoomID(String(repeating: "é", count: 128)) != nil)
        #expect(RoomID(String(repeating: "é", count: 129)) == nil)
    }

    @Test("No control character is in a name, of ASCII or of Unicode")
    func controls() {
        for code in Array(0x00...0x1F) + Array(0x7F...0x9F) {
            let name = "a" + String(Unicode.Scalar(UInt32(code))!) + "b"
            #expect(RoomID(name) == nil, "U+\(String(code, radix: 16)) was accepted")
        }
        for name in ["a\u{A0}", "\u{2028}"] { #expect(RoomID(name) != nil) }
    }

    @Test("Two spellings that Unicode calls equal are two rooms")
    func comparedByBytes() {
        let one: RoomID = "caf\u{E9}"
        let other: RoomID = "cafe\u{301}"
        #expect(one.string == other.string)
        #expect(one != other)
        #expect(Set([one, other]).count == 2)
    }

    @Test("The same bytes are the same name, however the text was made")
    func sameBytes() throws {
        let long = "a_rather_long_name_of_a_room"
        let parts = try #require(RoomID(String(long.prefix(10)) + String(long.dropFirst(10))))
        #expect(parts == RoomID(long))
        #expect(parts.hashValue == RoomID(long)?.hashValue)
    }

    @Test("Bytes that are no UTF-8 are no name")
    func notUTF8() {
        for bytes in [[0xFF], [0x61, 0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80]] as [[UInt8]] {
            #expect(withExactBytes(bytes) { RoomID(validating: $0) } == nil)
        }
        #expect(withExactBytes(Array("ok".utf8)) { RoomID(validating: $0) } == RoomID("ok"))
    }

    @Test("In a message a name may be escaped, and what the escapes stand for counts")
    func escaped() {
        func read(_ json: String) -> RoomID? {
            withExactBytes(Array(json.utf8)) { bytes in
                var scanner = JSONScanner(bytes)
                return (try? scanner.soleValue()).flatMap { RoomID($0, in: bytes) }
            }
        }
        #expect(read(#""\u0061b""#) == RoomID("ab"))
        #expect(read(#""a\u0000b""#) == nil)
        #expect(read(#""a\u0085b""#) == nil)
        #expect(read("\"a\u{7F}b\"") == nil)
        #expect(read(#""a\nb""#) == nil)
        #expect(read(#""""#) == nil)
        #expect(read("17") == nil)
        #expect(read("\"" + String(repeating: #"\u0061"#, count: 256) + "\"") != nil)
        #expect(read("\"" + String(repeating: #"\u0061"#, count: 257) + "\"") == nil)
    }
}
