import Testing

@testable import Realtime

@Suite("HTTP request parser: any input")
struct HTTPRequestMutationTests {
    @Test("mutated requests never crash it, and splitting never changes what it makes of them")
    func mutations() {
        var random = SplitMix(seed: 2026)
        let limits = HTTPLimits(
            requestLineBytes: 120, fieldBytes: 700, fieldCount: 20, bodyBytes: 60, chunkExtensionBytes: 40,
            trailerBytes: 60)
        var failures = 0
        var successes = 0
        for round in 0..<20_000 {
            var input = Array(SampleRequests.all[random.below(SampleRequests.all.count)].utf8)
            for _ in 0..<random.below(4) { mutate(&input, &random) }
            let whole = parse(input, limits: limits)
            let cuts = (0..<random.below(12)).map { _ in random.below(input.count + 1) }.sorted()
            let pieces = parse(input, cutAt: cuts, limits: limits)
            if pieces != whole {
                Issue.record("round \(round), cut at \(cuts): \(pieces) is not \(whole)")
                return
            }
            if case .failure = whole.last { failures += 1 } else { successes += 1 }
        }
        #expect(failures > 2000 && successes > 2000, "the mutations test one side only")
    }

    /// Bytes that mean something to the protocol, which chance alone would rarely hit.
    private static let meaningful = Array("\r\n\t :;,0159afAF/?*%#\0\u{7F}\"".utf8) + [0x80, 0xFF]

    private func mutate(_ input: inout [UInt8], _ random: inout SplitMix) {
        guard !input.isEmpty else { return }
        let position = random.below(input.count)
        switch random.below(6) {
        case 0:
            input[position] = Self.meaningful[random.below(Self.meaningful.count)]
        case 1:
            input.insert(Self.meaningful[random.below(Self.meaningful.count)], at: position)
        case 2:
            input.remove(at: position)
        case 3:
            input[position] = UInt8(random.below(256))
        case 4:
            let end = min(input.count, position + random.below(60))
            input.insert(contentsOf: input[position..<end], at: random.below(input.count))
        default:
            input.removeSubrange(position..<min(input.count, position + random.below(40)))
        }
    }
}

/// Chance that is the same in every run.
private struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((value ^ (value >> 31)) % UInt64(bound))
    }
}
