/// A token taken apart: three parts of base64url between dots (RFC 7515's compact form).
struct CompactToken: Sendable {
    /// More than any token that a header line carries well.
    static let longest = 8 << 10

    /// The token as it came and a zero byte, which C wants at the end.
    let zeroTerminated: [UInt8]

    /// What the parts stand for.
    let header: [UInt8]
    let payload: [UInt8]
    let signature: [UInt8]

    private let signedCount: Int

    init(_ token: UnsafeRawBufferPointer) throws(TokenRefusal) {
        guard token.count <= CompactToken.longest else { throw .tooLong }
        guard let first = token.firstIndex(of: UInt8(ascii: ".")),
            let second = token[(first + 1)...].firstIndex(of: UInt8(ascii: "."))
        else { throw .malformed }
        // A third dot is no digit, so the last part is refused with it.
        header = try CompactToken.part(token[..<first])
        payload = try CompactToken.part(token[(first + 1)..<second])
        signature = try CompactToken.part(token[(second + 1)...])
        signedCount = second
        zeroTerminated = token + [0]
    }

    /// The bytes that the signature is about.
    func withSignedPart<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        zeroTerminated.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<signedCount])) }
    }

    private static func part(_ text: Slice<UnsafeRawBufferPointer>) throws(TokenRefusal) -> [UInt8] {
        guard let bytes = Base64URL.decode(UnsafeRawBufferPointer(rebasing: text)), !bytes.isEmpty else {
            throw .malformed
        }
        return bytes
    }
}
