/// SHA-1 (FIPS 180-4), for the one thing that still asks for it: the accept key of a WebSocket handshake,
/// where it guards nothing and only proves that the server speaks WebSocket. Not for signatures.
///
/// Written by hand because the wire codecs may not know a crypto library, and because looking the
/// algorithm up in OpenSSL 3 costs more than hashing the two blocks that a handshake needs.
enum SHA1 {
    typealias Digest = InlineArray<20, UInt8>

    static func digest(of message: UnsafeRawBufferPointer) -> Digest {
        var state: InlineArray<5, UInt32> = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
        let whole = message.count / 64
        for block in 0..<whole {
            mix(UnsafeRawBufferPointer(rebasing: message[block * 64..<block * 64 + 64]), into: &state)
        }
        padAndMix(
            UnsafeRawBufferPointer(rebasing: message[(whole * 64)...]), total: message.count, into: &state)

        var digest = Digest(repeating: 0)
        for index in 0..<20 {
            digest[index] = UInt8(truncatingIfNeeded: state[index / 4] >> UInt32(24 - index % 4 * 8))
        }
        return digest
    }

    /// The last block or two: what is left of the message, a one bit, zeros, and the length in bits.
    private static func padAndMix(
        _ rest: UnsafeRawBufferPointer, total: Int, into state: inout InlineArray<5, UInt32>
    ) {
        let size = rest.count < 56 ? 64 : 128
        withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { blocks in
            blocks.initializeMemory(as: UInt8.self, repeating: 0)
            blocks.copyMemory(from: rest)
            blocks[rest.count] = 0x80
            blocks.storeBytes(of: (UInt64(total) * 8).bigEndian, toByteOffset: size - 8, as: UInt64.self)
            mix(UnsafeRawBufferPointer(rebasing: blocks[..<64]), into: &state)
            if size == 128 { mix(UnsafeRawBufferPointer(rebasing: blocks[64...]), into: &state) }
        }
    }

    private static func mix(_ block: UnsafeRawBufferPointer, into state: inout InlineArray<5, UInt32>) {
        var schedule = InlineArray<80, UInt32>(repeating: 0)
        for index in 0..<16 {
            schedule[index] = UInt32(
                bigEndian: block.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
        }
        for index in 16..<80 {
            let word =
                schedule[index - 3] ^ schedule[index - 8] ^ schedule[index - 14] ^ schedule[index - 16]
            schedule[index] = rotate(word, by: 1)
        }

        var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
        for round in 0..<80 {
            let (choice, constant): (UInt32, UInt32) =
                switch round {
                case ..<20: ((b & c) | (~b & d), 0x5A82_7999)
                case ..<40: (b ^ c ^ d, 0x6ED9_EBA1)
                case ..<60: ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC)
                default: (b ^ c ^ d, 0xCA62_C1D6)
                }
            let next = rotate(a, by: 5) &+ choice &+ e &+ constant &+ schedule[round]
            (a, b, c, d, e) = (next, a, rotate(b, by: 30), c, d)
        }
        state[0] &+= a
        state[1] &+= b
        state[2] &+= c
        state[3] &+= d
        state[4] &+= e
    }

    private static func rotate(_ word: UInt32, by bits: UInt32) -> UInt32 {
        word &<< bits | word &>> (32 - bits)
    }
}
