/// permessage-deflate: hostile input inflates to no more than the limit, and what is deflated inflates to
/// itself.
enum InflateFuzz: FuzzTarget {
    /// Made once, as in a loop. libFuzzer has one thread.
    private nonisolated(unsafe) static let inflater = MessageInflater()
    private nonisolated(unsafe) static let deflater = MessageDeflater(settings: .init(threshold: 0))

    static func run(_ input: UnsafeRawBufferPointer) {
        switch (inflate(input, limit: 64), inflate(input, limit: 4096)) {
        case (.success(let small), .success(let large)):
            precondition(small == large, "the limit changes the message")
        case (.failure(let small), .success(let large)):
            precondition(small == .messageTooBig && large.count > 64, "too big, though it is not")
        case (.failure(let small), .failure(let large)):
            // With more room, what is wrong may come before the bound.
            precondition(small == large || small == .messageTooBig, "the limit changes what is wrong")
        case (.success, .failure):
            preconditionFailure("more room, and refused")
        }
        roundTrip(input)
        keepContext(input)
    }

    private static func inflate(
        _ bytes: UnsafeRawBufferPointer, limit: Int
    ) -> Result<[UInt8], WebSocketFailure> {
        Result { () throws(WebSocketFailure) in
            let inflated = try inflater.inflate(bytes, limit: limit).buffer.array
            precondition(inflated.count <= limit, "inflated to more than the limit")
            return inflated
        }
    }

    private static func roundTrip(_ message: UnsafeRawBufferPointer) {
        deflater.withCompressed(message) { compressed in
            // Nil is what does not get shorter.
            guard let compressed else { return }
            precondition(
                inflate(compressed, limit: message.count) == .success(Array(message)), "another message")
        }
    }

    /// The two halves as messages of a stream that remembers the first when it reads the second.
    private static func keepContext(_ input: UnsafeRawBufferPointer) {
        guard input.count & 7 == 0 else { return }
        let inflater = MessageInflater(windowBits: 9, keepsContext: true)
        let deflater = MessageDeflater(
            windowBits: 9, keepsContext: true, settings: .init(level: 1, memoryLevel: 1, threshold: 0))
        input.inTwo { half in
            let message = UnsafeRawBufferPointer(half)
            deflater.withCompressed(message) { compressed in
                guard let compressed else { preconditionFailure("with context all messages are compressed") }
                do throws(WebSocketFailure) {
                    let inflated = try inflater.inflate(compressed, limit: message.count)
                    precondition(inflated.buffer.unsafeBytes.elementsEqual(message), "another message")
                } catch {
                    preconditionFailure("refused what was deflated here: \(error)")
                }
            }
        }
    }
}
