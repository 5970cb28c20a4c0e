import Testing

@testable import Realtime

/// Streams with every kind of frame in them, valid and not.
private let samples: [[UInt8]] = {
    let deflater = MessageDeflater(settings: .init(threshold: 0))
    let text = "ein Text mit Ümläuten, 你好, 🎉, und noch einmal: 你好, 🎉"
    let packed = deflater.compressed(Array(text.utf8)) ?? []
    let half = packed.count / 2
    return [
        clientFrame(.text, text) + clientFrame(.binary, [0, 1, 2, 0xFF])
            + clientClose(1000, Array("fin".utf8)),
        clientFrame(.text, "") + clientFrame(.ping, "") + clientFrame(.binary, "") + clientFrame(.close),
        clientFrame(.text, Array(text.utf8.prefix(18)), final: false) + clientFrame(.ping, "mid")
            + clientFrame(.continuation, "", final: false)
            + clientFrame(.continuation, Array(text.utf8.dropFirst(18))) + clientFrame(.pong, "end"),
        clientFrame(.binary, [UInt8](repeating: 7, count: 300))
            + clientFrame(.ping, [UInt8](repeating: 8, count: 125)),
        clientFrame(.text, packed, compressed: true) + clientFrame(.text, "plain"),
        clientFrame(.text, Array(packed[..<half]), final: false, compressed: true) + clientFrame(.ping, "z")
            + clientFrame(.continuation, Array(packed[half...])),
        clientFrame(.text, "good") + clientFrame(.text, Array("bad ".utf8) + [0xED, 0xA0, 0x80, 0x41]),
        clientFrame(.text, "good") + clientFrame(.text, packed.map { $0 ^ 0x55 }, compressed: true),
        clientFrame(.text, "open", final: false) + clientFrame(.binary, "wrong"),
        clientFrame(.text, "good") + [0x82, 0xFE, 0x00, 0x10, 1, 2, 3, 4],
        clientFrame(.text, "good") + [0x82, 0xFF, 0, 0, 0, 0, 0, 2, 0, 0, 1, 2, 3, 4],
        clientFrame(.text, "good") + [0x82, 0xFF, 0xFF],
        clientFrame(.text, "good") + clientClose(1005) + clientFrame(.ping, "late"),
        clientFrame(.close, [3]) + clientFrame(.ping, "late"),
        clientFrame(.text, "cut he") + [0x81],
        clientFrame(.text, "cut here").dropLast(3),
    ]
}()

@Suite("WebSocket decoder: however the stream is cut")
struct WebSocketDecoderSplitTests {
    @Test("one cut at any byte changes nothing", arguments: samples)
    func oneCut(stream: [UInt8]) {
        let inflater = MessageInflater()
        let whole = decode(stream, inflater: inflater)
        for cut in 1..<stream.count {
            #expect(decode(stream, reads: [cut], inflater: inflater) == whole, "cut at \(cut)")
        }
    }

    @Test("coming byte by byte changes nothing", arguments: samples)
    func byteByByte(stream: [UInt8]) {
        let inflater = MessageInflater()
        let ones = [Int](repeating: 1, count: stream.count)
        #expect(decode(stream, reads: ones, inflater: inflater) == decode(stream, inflater: inflater))
    }

    @Test("damaged streams end the same way however they are cut")
    func damaged() {
        var random = SeededGenerator(seed: 6455)
        let inflater = MessageInflater()
        for round in 0..<3000 {
            var stream = samples[Int.random(in: 0..<samples.count, using: &random)]
            stream += samples[Int.random(in: 0..<samples.count, using: &random)]
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let index = Int.random(in: 0..<stream.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: stream[index] = UInt8.random(in: 0...255, using: &random)
                case 1: stream[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                default: stream.remove(at: index)
                }
            }
            let limit = Int.random(in: 0..<2, using: &random) == 0 ? 64 : 65536
            let reads = (0..<40).map { _ in Int.random(in: 1...30, using: &random) }
            #expect(
                decode(stream, reads: reads, limit: limit, inflater: inflater)
                    == decode(stream, limit: limit, inflater: inflater), "round \(round)")
        }
    }

    @Test("pure noise ends the same way however it is cut, and nothing crashes")
    func noise() {
        var random = SeededGenerator(seed: 13)
        for round in 0..<3000 {
            let stream = random.bytes(Int.random(in: 1...80, using: &random))
            let reads = (0..<10).map { _ in Int.random(in: 1...10, using: &random) }
            let inflater = MessageInflater()
            #expect(
                decode(stream, reads: reads, inflater: inflater) == decode(stream, inflater: inflater),
                "round \(round)")
        }
    }

    @Test("what is encoded in random fragments comes back as it was")
    func model() {
        var random = SeededGenerator(seed: 7692)
        let deflater = MessageDeflater(settings: .init(threshold: 0))
        let inflater = MessageInflater()
        for round in 0..<300 {
            var stream: [UInt8] = []
            var expected: [SeenEvent] = []
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                let message = Self.randomMessage(&random)
                expected.append(contentsOf: Self.encode(message, with: deflater, to: &stream, using: &random))
            }
            let reads = (0..<20).map { _ in Int.random(in: 1...200, using: &random) }
            #expect(decode(stream, reads: reads, inflater: inflater) == expected, "round \(round)")
        }
    }

    private static func randomMessage(_ random: inout SeededGenerator) -> SeenEvent {
        let length = [0, 1, 7, 8, 9, 125, 126, 500].randomElement(using: &random) ?? 0
        guard Bool.random(using: &random) else { return .binary(random.bytes(length)) }
        let letters: [Character] = ["a", "b", "ü", "€", "你", "🎉", "\u{10FFFF}"]
        return .text(String((0..<length).map { _ in letters.randomElement(using: &random) ?? "x" }))
    }

    /// Appends the message in random fragments with control frames between them, and returns the events
    /// that this has to give.
    private static func encode(
        _ message: SeenEvent, with deflater: MessageDeflater, to stream: inout [UInt8],
        using random: inout SeededGenerator
    ) -> [SeenEvent] {
        var opcode: WebSocketOpcode
        var rest: [UInt8]
        switch message {
        case .text(let text): (opcode, rest) = (.text, Array(text.utf8))
        case .binary(let bytes): (opcode, rest) = (.binary, bytes)
        case .ping, .pong, .close, .failure: preconditionFailure("not a message")
        }
        var isCompressed = false
        if Bool.random(using: &random), let packed = deflater.compressed(rest) {
            rest = packed
            isCompressed = true
        }
        var events: [SeenEvent] = []
        while true {
            let isFinal = Bool.random(using: &random)
            let fragment = isFinal ? rest : Array(rest.prefix(Int.random(in: 0...60, using: &random)))
            rest.removeFirst(fragment.count)
            stream += clientFrame(
                opcode, fragment, final: isFinal, compressed: isCompressed,
                key: UInt32.random(in: 0 ... .max, using: &random))
            if isFinal { return events + [message] }
            opcode = .continuation
            isCompressed = false
            if Bool.random(using: &random) {
                let payload = random.bytes(Int.random(in: 0...125, using: &random))
                stream += clientFrame(.ping, payload)
                events.append(.ping(payload))
            }
        }
    }
}
