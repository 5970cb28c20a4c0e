import Testing

@testable import Realtime

private let prose = Array(String(repeating: "the quick brown fox jumps over the lazy dog. ", count: 200).utf8)

/// Compresses anything, however small.
private func eagerDeflater(windowBits: Int = 15, keepsContext: Bool = false) -> MessageDeflater {
    MessageDeflater(windowBits: windowBits, keepsContext: keepsContext, settings: .init(threshold: 0))
}

@Suite("permessage-deflate: inflating")
struct MessageInflaterTests {
    @Test(
        "the RFC's samples of one message are read",
        arguments: [
            ([0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00], "Hello"),  // one block
            ([0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00], "Hello"),  // stored
            ([0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00], "Hello"),  // marked as the last block
            ([0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00], "Hello"),  // two
            ([0x00], ""),
        ] as [([UInt8], String)])
    func samples(packed: [UInt8], text: String) throws {
        #expect(try MessageInflater().inflated(packed) == Array(text.utf8))
    }

    @Test("with context a message may refer to the one before")
    func context() throws {
        let inflater = MessageInflater(keepsContext: true)
        #expect(try inflater.inflated([0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]) == Array("Hello".utf8))
        #expect(try inflater.inflated([0xF2, 0x00, 0x11, 0x00, 0x00]) == Array("Hello".utf8))
    }

    @Test("without context it may not")
    func noContext() throws {
        let inflater = MessageInflater()
        _ = try inflater.inflated([0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00])
        #expect(throws: WebSocketFailure.invalidCompression) {
            try inflater.inflated([0xF2, 0x00, 0x11, 0x00, 0x00])
        }
    }

    @Test("an empty payload is an empty message, as zlib makes of two empty ones in a row")
    func emptyPayload() throws {
        #expect(try MessageInflater(keepsContext: true).inflated([]) == [])
    }

    @Test("a last block may be the end of the message, or be followed by others")
    func lastBlocks() throws {
        let last: [UInt8] = [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]
        #expect(try MessageInflater().inflated(last) == Array("Hello".utf8))
        let more: [UInt8] = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]
        #expect(try MessageInflater().inflated(last + more) == Array("HelloHello".utf8))
    }

    @Test("a message after one that ended in a last block is read as well")
    func afterLastBlock() throws {
        let last: [UInt8] = [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]
        for keepsContext in [false, true] {
            let inflater = MessageInflater(keepsContext: keepsContext)
            for _ in 0..<3 { #expect(try inflater.inflated(last) == Array("Hello".utf8)) }
        }
    }

    @Test("with context a message may refer to one that ended in a last block")
    func contextAcrossLastBlock() throws {
        let inflater = MessageInflater(keepsContext: true)
        let last: [UInt8] = [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00]
        #expect(try inflater.inflated(last) == Array("Hello".utf8))
        #expect(try inflater.inflated([0xF2, 0x00, 0x11, 0x00, 0x00]) == Array("Hello".utf8))
    }

    @Test(
        "what is not deflate is refused",
        arguments: [
            [0x06],  // a block of the reserved kind
            [0xFF, 0xFF, 0xFF, 0xFF],
            [0x00, 0x05, 0x00, 0x00, 0x00, 0x41],  // a stored length that does not match its check
        ] as [[UInt8]])
    func garbage(packed: [UInt8]) {
        #expect(throws: WebSocketFailure.invalidCompression) { try MessageInflater().inflated(packed) }
        #expect(WebSocketFailure.invalidCompression.closeCode == .invalidPayload)
    }

    @Test("a message that stops inside a block is refused, wherever it stops")
    func truncated() throws {
        let packed = try #require(eagerDeflater().compressed(prose))
        for end in 1..<packed.count {
            #expect(throws: WebSocketFailure.invalidCompression, "cut at \(end)") {
                try MessageInflater().inflated(Array(packed[..<end]))
            }
        }
    }

    @Test("a broken message does not harm the next, though they share the stream")
    func recovers() throws {
        let inflater = MessageInflater()
        let packed = try #require(eagerDeflater().compressed(prose))
        #expect(throws: WebSocketFailure.invalidCompression) { try inflater.inflated([0xFF, 0xFF]) }
        #expect(throws: WebSocketFailure.messageTooBig) { try inflater.inflated(packed, limit: 10) }
        #expect(try inflater.inflated(packed) == prose)
    }

    @Test("the limit is exact, and a bomb is cut off at it")
    func bombs() throws {
        let packed = try #require(eagerDeflater().compressed([UInt8](repeating: 0, count: 10_000_000)))
        #expect(packed.count < 50_000)
        let inflater = MessageInflater()
        #expect(throws: WebSocketFailure.messageTooBig) { try inflater.inflated(packed, limit: 65536) }
        #expect(throws: WebSocketFailure.messageTooBig) { try inflater.inflated(packed, limit: 9_999_999) }
        #expect(try inflater.inflated(packed, limit: 10_000_000).count == 10_000_000)
    }

    @Test("a result that is still held is not overwritten by the next message")
    func heldResult() throws {
        let inflater = MessageInflater()
        let one = try #require(eagerDeflater().compressed(prose))
        let held = try one.span.withUnsafeBytes { (bytes) throws(WebSocketFailure) in
            try inflater.inflate(bytes, limit: 65536)
        }
        _ = try inflater.inflated([0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00])
        #expect(held.buffer.array == prose)
    }
}

@Suite("permessage-deflate: deflating")
struct MessageDeflaterTests {
    @Test("every window and level gives back what went in", arguments: 9...15)
    func roundTrips(windowBits: Int) throws {
        var random = SeededGenerator(seed: UInt64(windowBits))
        for level in [1, 3, 6, 9] {
            let deflater = MessageDeflater(
                windowBits: windowBits, settings: .init(level: level, memoryLevel: level, threshold: 0))
            let inflater = MessageInflater(windowBits: windowBits)
            for size in [1, 100, 255, 256, 257, 1000, 5000, 70_000] {
                let message = (0..<size).map {
                    UInt8(truncatingIfNeeded: $0 / 3 % 50) ^ UInt8.random(in: 0...1, using: &random)
                }
                guard let packed = deflater.compressed(message) else { continue }
                #expect(packed.count < message.count)
                #expect(try inflater.inflated(packed) == message, "level \(level), \(size) bytes")
            }
        }
    }

    @Test("messages below the threshold are left as they are")
    func threshold() {
        let deflater = MessageDeflater(settings: .init(threshold: 1024))
        #expect(deflater.compressed(Array(prose.prefix(1023))) == nil)
        #expect(deflater.compressed(Array(prose.prefix(1024))) != nil)
    }

    @Test("what does not get smaller is left as it is")
    func incompressible() {
        var random = SeededGenerator(seed: 1)
        #expect(eagerDeflater().compressed(random.bytes(5000)) == nil)
        #expect(eagerDeflater().compressed([]) == nil)
    }

    @Test("with context everything is sent compressed, and repeating costs next to nothing")
    func context() throws {
        var random = SeededGenerator(seed: 2)
        let deflater = eagerDeflater(keepsContext: true)
        let inflater = MessageInflater(keepsContext: true)
        let noise = random.bytes(5000)
        var sizes: [Int] = []
        for message in [noise, noise, [], [], prose, [1]] {
            let packed = try #require(deflater.compressed(message))
            sizes.append(packed.count)
            #expect(try inflater.inflated(packed) == message)
        }
        #expect(sizes[1] < 100)
    }

    @Test("without context the same message gives the same bytes each time")
    func noContext() {
        let deflater = eagerDeflater()
        #expect(deflater.compressed(prose) == deflater.compressed(prose))
    }

    @Test("the tail of the flush is taken off")
    func tail() throws {
        let packed = try #require(eagerDeflater().compressed(prose))
        #expect(Array(packed.suffix(4)) != [0x00, 0x00, 0xFF, 0xFF])
    }

    @Test("connections without context share the loop's streams, the others have their own")
    func sharing() throws {
        func parameters(
            _ header: String, _ configuration: WebSocketDeflateConfiguration
        ) throws
            -> WebSocketDeflateParameters
        {
            let offer = try #require(WebSocketExtensionOffer.parse(header)?.first)
            return try #require(WebSocketDeflateParameters(accepting: offer, with: configuration))
        }
        let context = DeflateContext()
        let shared = try parameters("permessage-deflate", .init())
        #expect(context.deflater(for: shared) === context.deflater(for: shared))
        #expect(context.inflater(for: shared) === context.inflater)
        let small = try parameters("permessage-deflate; server_max_window_bits=10", .init())
        #expect(context.deflater(for: small).windowBits == 10)
        #expect(context.deflater(for: small) === context.deflater(windowBits: 10))
        let own = try parameters(
            "permessage-deflate", .init(serverKeepsContext: true, clientKeepsContext: true))
        #expect(context.deflater(for: own) !== context.deflater(for: own))
        #expect(context.inflater(for: own) !== context.inflater)
    }
}

@Suite("WebSocket decoder: compressed messages")
struct WebSocketDecoderDeflateTests {
    private let packed = eagerDeflater().compressed(prose) ?? []

    @Test("a compressed message comes inflated, whole or in fragments")
    func inflates() {
        let half = packed.count / 2
        let stream =
            clientFrame(.text, packed, compressed: true)
            + clientFrame(.binary, Array(packed[..<half]), final: false, compressed: true)
            + clientFrame(.continuation, Array(packed[half...])) + clientFrame(.text, "plain")
        #expect(
            decode(stream, inflater: MessageInflater())
                == [.text(String(decoding: prose, as: UTF8.self)), .binary(prose), .text("plain")])
    }

    @Test("the mark is allowed on the first frame of a message only")
    func markPlaces() {
        let inflater = MessageInflater()
        #expect(
            decode(clientFrame(.ping, [], compressed: true), inflater: inflater) == [.failure(.reservedBits)])
        let second =
            clientFrame(.text, packed, final: false, compressed: true)
            + clientFrame(.continuation, [0], compressed: true)
        #expect(decode(second, inflater: inflater) == [.failure(.reservedBits)])
    }

    @Test("text is judged after it is inflated")
    func text() throws {
        let broken = try #require(eagerDeflater().compressed(prose + [0xFF]))
        let inflater = MessageInflater()
        #expect(
            decode(clientFrame(.text, broken, compressed: true), inflater: inflater) == [
                .failure(.invalidText)
            ])
        #expect(
            decode(clientFrame(.binary, broken, compressed: true), inflater: inflater) == [
                .binary(prose + [0xFF])
            ])
    }

    @Test("the limit is for what comes out, and a bomb fails with 1009")
    func limit() throws {
        let inflater = MessageInflater()
        let frame = clientFrame(.binary, packed, compressed: true)
        #expect(decode(frame, limit: prose.count, inflater: inflater) == [.binary(prose)])
        #expect(decode(frame, limit: prose.count - 1, inflater: inflater) == [.failure(.messageTooBig)])
    }

    @Test("a message of the largest size is taken though deflate made it a little longer")
    func incompressibleAtTheLimit() throws {
        var random = SeededGenerator(seed: 3)
        let noise = random.bytes(1000)
        let longer = try #require(eagerDeflater(keepsContext: true).compressed(noise))
        #expect(longer.count > 1000)
        #expect(
            decode(clientFrame(.binary, longer, compressed: true), limit: 1000, inflater: MessageInflater())
                == [.binary(noise)])
    }

    @Test("compressed bytes are bounded too, before they are stored")
    func compressedBound() {
        let header = Array(clientFrame(.binary, [UInt8](repeating: 0, count: 1300), compressed: true)[..<8])
        #expect(decode(header, limit: 1000, inflater: MessageInflater()) == [.failure(.messageTooBig)])
    }
}
