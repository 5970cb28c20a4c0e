/// Messages of one connection that wait for the one before them to be handled.
///
/// Bounded by asking the carrier to stop reading: what has been read by then is at most one read's worth. That can
/// be much all the same when it was compressed, and then the connection has to end.
struct InboundQueue {
    /// With so many waiting, or so many bytes, nothing more is read.
    private static let fullCount = 64
    private static let fullBytes = 64 << 10
    /// More than one read holds of anything but what was made to become large.
    private static let mostBytes = 4 << 20

    /// A message, and whether it came as text.
    typealias Message = (bytes: SharedBytes, isText: Bool)

    private var messages = Ring<Message>()
    private var byteCount = 0

    var isEmpty: Bool { messages.isEmpty }
    var isFull: Bool { messages.count >= Self.fullCount || byteCount >= Self.fullBytes }
    var isOverfull: Bool { byteCount > Self.mostBytes }

    mutating func append(_ message: UnsafeRawBufferPointer, isText: Bool) {
        messages.append((SharedBytes(message), isText))
        byteCount += message.count
    }

    mutating func popFirst() -> Message? {
        guard let message = messages.popFirst() else { return nil }
        byteCount -= message.bytes.count
        return message
    }

    mutating func removeAll() {
        messages = Ring()
        byteCount = 0
    }
}
