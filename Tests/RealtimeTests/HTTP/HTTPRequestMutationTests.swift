import Testing

@testable import Realtime

@Suite("HTTP request parser: any input")
struct HTTPRequestMutationTests {
    @Test("mutated requests never crash it, and splitting never changes what it makes of them")
    func mutations() {
        var random = SeededGenerator(seed: 2026)
        let limits = HTTPLimits(
            requestLineBytes: 120, fieldBytes: 700, fieldCount: 20, bodyBytes: 60, chunkExtensionBytes: 40,
            trailerBytes: 60)
        var failures = 0
        var successes = 0
        for round in 0..<20_000 {
            var input = Array(SampleRequests.all[below(SampleRequests.all.count, &random)].utf8)
            for _ in 0..<below(4, &random) { mutate(&input, &random) }
            let whole = parse(input, limits: limits)
            let cuts = (0..<below(12, &random)).map { _ in below(input.count + 1, &random) }.sorted()
            let pieces = parse(input, cutAt: cuts, limits: limits)
            if pieces != whole {
                Issue.record("round \(round), cut at \(cuts): \(pieces) is not \(whole)")
                return
            }
            if case .failure = whole.last { failures += 1 } else { successes += 1 }
        }
        #expect(failures > 2000 && successes > 2000, "the mutations test one side only")
    }

    private func below(_ bound: Int, _ random: inout SeededGenerator) -> Int {
        Int.random(in: 0..<bound, using: &random)
    }

    /// Bytes that mean something to the protocol, which chance alone would rarely hit.
    private static let meaningful = Array("\r\n\t :;,0159afAF/?*%#\0\u{7F}\"".utf8) + [0x80, 0xFF]

    private func mutate(_ input: inout [UInt8], _ random: inout SeededGenerator) {
        guard !input.isEmpty else { return }
        let position = below(input.count, &random)
        switch below(6, &random) {
        case 0:
            input[position] = Self.meaningful[below(Self.meaningful.count, &random)]
        case 1:
            input.insert(Self.meaningful[below(Self.meaningful.count, &random)], at: position)
        case 2:
            input.remove(at: position)
        case 3:
            input[position] = UInt8(below(256, &random))
        case 4:
            let end = min(input.count, position + below(60, &random))
            input.insert(contentsOf: input[position..<end], at: below(input.count, &random))
        default:
            input.removeSubrange(position..<min(input.count, position + below(40, &random)))
        }
    }
}
