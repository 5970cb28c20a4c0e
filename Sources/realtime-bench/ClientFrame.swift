/// Frames as a client sends them: final, masked, with one fixed key.
///
/// A key that never changes is no protection, and needs to be none here; one that is not zero makes the
/// server's unmasking visible in every echo.
enum ClientFrame {
    static let maskKey: [UInt8] = [0x9A, 0x3C, 0x57, 0xE1]

    /// The header up to and including the mask key.
    static func header(opcode: UInt8, payloadCount count: Int) -> [UInt8] {
        let length: [UInt8] =
            switch count {
            case ..<126: [0x80 | UInt8(count)]
            case ..<65536: [0x80 | 126, UInt8(count >> 8), UInt8(count & 0xFF)]
            default: [0x80 | 127] + (0..<8).map { UInt8(truncatingIfNeeded: count >> (56 - 8 * $0)) }
            }
        return [0x80 | opcode] + length + maskKey
    }

    /// A whole frame, for the few that are not prepared in a `MessageTemplate`.
    static func encode(opcode: UInt8, _ payload: [UInt8]) -> [UInt8] {
        header(opcode: opcode, payloadCount: payload.count)
            + payload.enumerated().map { $1 ^ maskKey[$0 & 3] }
    }
}
