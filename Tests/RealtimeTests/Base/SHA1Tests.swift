import Testing

@testable import Realtime

@Suite("SHA-1 and Base64")
struct SHA1Tests {
    private func hex(_ bytes: [UInt8]) -> String {
        let digest = bytes.withUnsafeBytes { SHA1.digest(of: $0) }
        let digits = Array("0123456789abcdef")
        return String((0..<20).flatMap { [digits[Int(digest[$0] >> 4)], digits[Int(digest[$0] & 15)]] })
    }

    @Test(
        "the standard's test vectors",
        arguments: [
            ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
            ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
            ),
        ])
    func vectors(text: String, digest: String) {
        #expect(hex(Array(text.utf8)) == digest)
    }

    @Test(
        "lengths around the border of a block, where the padding needs one more",
        arguments: [
            (55, "c1c8bbdc22796e28c0e15163d20899b65621d65a"),
            (56, "c2db330f6083854c99d4b5bfb6e8f29f201be699"),
            (63, "03f09f5b158a7a8cdad920bddc29b81c18a551f5"),
            (64, "0098ba824b5c16427bd7a1122a5a442a25ec644d"),
            (65, "11655326c708d70319be2610e8a57d9a5b959d3b"),
            (1000, "291e9a6c66994949b57ba5e650361e98fc36b1ba"),
        ])
    func borders(size: Int, digest: String) {
        #expect(hex([UInt8](repeating: 0x61, count: size)) == digest)
    }

    @Test(
        "base64 pads to whole groups",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"), ("\u{3FFFF}\u{3F}~", "8L+/vz9+"),
        ])
    func base64(text: String, encoded: String) {
        var buffer = ByteBuffer()
        Array(text.utf8).withUnsafeBytes { Base64.append($0, to: &buffer) }
        #expect(String(decoding: buffer.array, as: UTF8.self) == encoded)
    }

    @Test("exactly 64 bytes are digits of base64")
    func digits() {
        #expect((UInt8.min...UInt8.max).filter(Base64.isDigit).count == 64)
        #expect(!Base64.isDigit(UInt8(ascii: "=")))
    }
}
