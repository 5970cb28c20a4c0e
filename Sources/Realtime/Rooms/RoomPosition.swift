/// One life of a room. A room that was forgotten and begins again has another, so that a position of the
/// former life is never taken for one of this.
struct RoomEpoch: Hashable, Sendable {
    private let rawValue: UInt64

    init(_ rawValue: UInt64) {
        self.rawValue = rawValue
    }

    static func random() -> RoomEpoch {
        RoomEpoch(.random(in: .min ... .max))
    }

    /// Reads the written form; nil for any other text, which is then the epoch of no room.
    init?(_ text: String) {
        guard text.utf8.count == Self.byteCount else { return nil }
        guard let value = text.utf8Span.span.withUnsafeBytes({ Base32.read($0) }) else { return nil }
        rawValue = value
    }

    /// How many bytes the written form has, always.
    private static let byteCount = 13
}

extension RoomEpoch: CustomStringConvertible {
    var description: String {
        String(unsafeUninitializedCapacity: Self.byteCount) { bytes in
            Base32.write(
                rawValue,
                to: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(bytes)[..<13])
            )
            return Self.byteCount
        }
    }
}

/// A place in a room's stream: everything up to `seq` has been.
struct RoomPosition: Equatable, Sendable {
    var epoch: RoomEpoch
    var seq: UInt64
}
