import Testing

@testable import Realtime

@Suite("Base64url")
struct Base64URLTests {
    @Test("What is written reads back, for every length and random bytes")
    func roundTrip() {
        var generator = SeededGenerator(seed: 64)
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
    }

    @Test(
        "The examples of RFC 4648, without padding",
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("foobar", "Zm9vYmFy"),
        ])
    func examples(bytes: String, text: String) {
        #expect(Base64URL.encode(bytes.utf8) == text)
        #expect(Base64URL.decode(text) == Array(bytes.utf8))
    }

    @Test("Of all texts of two digits exactly those are read that are written for one byte")
    func canonical() {
        let written = Set((0...255).map { Base64URL.encode([UInt8($0)]) })
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                let isRead = [first, second].withUnsafeBytes { Base64URL.decode($0) } != nil
                let isASCII = first < 128 && second < 128
                let text = isASCII ? String(decoding: [first, second], as: UTF8.self) : "?"
                #expect(isRead == written.contains(text))
            }
        }
    }
}
