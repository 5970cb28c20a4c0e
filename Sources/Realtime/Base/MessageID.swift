/// The server's id of one message: `msg_` and 26 digits that sort by time, as text and as value.
///
/// 48 bits of milliseconds since 1970, 32 bits that count the messages of one millisecond, 48 bits that tell
/// generators apart.
struct MessageID: Hashable, Sendable {
    /// Milliseconds, then the upper half of the count.
    let high: UInt64
    /// The lower half of the count, then the generator.
    let low: UInt64

    /// How many bytes the written form has, always.
    static let byteCount = 30

    /// What the written form begins with.
    private static let prefix: StaticString = "msg_"

    init(milliseconds: UInt64, count: UInt32, generator: UInt64) {
        high = milliseconds << 16 | UInt64(count >> 16)
        low = UInt64(count) << 48 | generator & (1 << 48 - 1)
    }

    /// Reads the written form; nil for any other text.
    init?(_ text: UnsafeRawBufferPointer) {
        guard text.count == Self.byteCount, text.starts(with: Self.prefixBytes),
            let top = Base32.read(UnsafeRawBufferPointer(rebasing: text[4..<6])), top < 1 << 8,
            let middle = Base32.read(UnsafeRawBufferPointer(rebasing: text[6..<18])),
            let bottom = Base32.read(UnsafeRawBufferPointer(rebasing: text[18..<30]))
        else { return nil }
        high = top << 56 | middle >> 4
        low = middle << 60 | bottom
    }

    private static var prefixBytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount)
    }

    /// When it was made, in milliseconds since 1970.
    var milliseconds: UInt64 { high >> 16 }

    /// Writes the 30 bytes to the start of `room`, which must be large enough.
    func write(to room: UnsafeMutableRawBufferPointer) {
        precondition(room.count >= Self.byteCount, "no room for a message id")
        room.baseAddress?.copyMemory(from: Self.prefix.utf8Start, byteCount: 4)
        // 128 bits as 8 + 60 + 60.
        Base32.write(high >> 56, to: UnsafeMutableRawBufferPointer(rebasing: room[4..<6]))
        Base32.write(high << 4 | low >> 60, to: UnsafeMutableRawBufferPointer(rebasing: room[6..<18]))
        Base32.write(low, to: UnsafeMutableRawBufferPointer(rebasing: room[18..<30]))
    }
}

extension MessageID: Comparable {
    static func < (left: MessageID, right: MessageID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension MessageID: CustomStringConvertible {
    var description: String {
        String(unsafeUninitializedCapacity: Self.byteCount) { bytes in
            write(to: UnsafeMutableRawBufferPointer(bytes))
            return Self.byteCount
        }
    }
}

extension ByteBuffer {
    /// Appends the 30 bytes of the written form.
    mutating func append(_ id: MessageID) {
        id.write(to: reserve(MessageID.byteCount))
        commit(MessageID.byteCount)
    }
}

/// Makes message ids, each greater than the one before it, also when the wall clock is set back.
///
/// Each loop has one of its own, so that no lock is needed.
struct MessageIDGenerator {
    private let generator: UInt64
    private var milliseconds: UInt64 = 0
    private var count: UInt32 = 0

    /// - Parameter generator: 48 random bits, which keep the ids of two generators apart.
    init(generator: UInt64) {
        self.generator = generator
    }

    /// Takes its bits from the system.
    init() {
        self.init(generator: .random(in: 0..<1 << 48))
    }

    mutating func next(at date: Timestamp) -> MessageID {
        let now = UInt64(clamping: date.milliseconds) & (1 << 48 - 1)
        if now > milliseconds {
            milliseconds = now
            count = 0
        } else if count == .max {
            // Four thousand million messages within one millisecond, or a clock that stands still.
            milliseconds += 1
            count = 0
        } else {
            count += 1
        }
        return MessageID(milliseconds: milliseconds, count: count, generator: generator)
    }
}
