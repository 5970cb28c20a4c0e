/// The XOR by which clients mask their payloads (RFC 6455, section 5.3).
enum WebSocketMask {
    /// Masks or unmasks `bytes` in place, eight at a time, and says whether any of the results lies above
    /// ASCII: the words pass through registers here anyway, and plain ASCII text then needs no second
    /// pass to be known as valid UTF-8.
    ///
    /// `key` holds the four mask bytes in the order of memory, the first being for the first byte.
    static func apply(_ key: UInt32, to bytes: UnsafeMutableRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return false }
        let count = bytes.count
        let wide = UInt64(key) | UInt64(key) << 32
        var seen: UInt64 = 0
        var index = 0
        while count - index >= 8 {
            let word = base.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ wide
            base.storeBytes(of: word, toByteOffset: index, as: UInt64.self)
            seen |= word
            index += 8
        }
        var rest = key
        while index < count {
            let byte = bytes[index] ^ UInt8(truncatingIfNeeded: rest)
            bytes[index] = byte
            seen |= UInt64(byte)
            rest = rotate(rest, by: 1)
            index += 1
        }
        return seen & 0x8080_8080_8080_8080 != 0
    }

    /// The key for what follows after `count` bytes.
    static func rotate(_ key: UInt32, by count: Int) -> UInt32 {
        let bits = UInt32(truncatingIfNeeded: count & 3) * 8
        // The first mask byte is the lowest one here: memory order on a little-endian machine.
        return key &>> bits | key &<< (32 &- bits)
    }
}
