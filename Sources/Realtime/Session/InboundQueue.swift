/// Messages of one connection that wait for the one before them to be handled.
///
/// Bounded by asking the carrier to stop reading: what has been read by then is at most one read's worth.
struct InboundQueue {
    /// With so many waiting, or so many bytes, nothing more is read.
    private static let fullCount = 64
    private static let fullBytes = 64 << 10

    private var messages = Ring<SharedBytes>()
    private var byteCount = 0

    var isEmpty: Bool { messages.isEmpty }
    var isFull: Bool { messages.count >= Self.fullCount || byteCount >= Self.fullBytes }

    mutating func append(_ message: UnsafeRawBufferPointer) {
        messages.append(SharedBytes(message))
        byteCount += message.count
    }

    mutating func popFirst() -> SharedBytes? {
        guard let message = messages.popFirst() else { return nil }
        byteCount -= message.count
        return message
    }

    mutating func removeAll() {
        messages = Ring()
        byteCount = 0
    }
}
