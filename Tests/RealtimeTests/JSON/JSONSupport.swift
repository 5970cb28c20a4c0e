@testable import Realtime

/// Copies the text into memory of just its size, so that a read past the end is seen by the sanitizer.
func withExactBytes<Result>(
    _ text: [UInt8], _ body: (UnsafeRawBufferPointer) throws -> Result
) rethrows -> Result {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: text.count, alignment: 1)
    defer { memory.deallocate() }
    memory.copyBytes(from: text)
    return try body(UnsafeRawBufferPointer(memory))
}

/// Scans a whole text; the error says why not, `nil` that it is JSON.
func scan(_ text: [UInt8], limits: JSONLimits = .default) -> JSONError? {
    withExactBytes(text) { bytes in
        do throws(JSONError) {
            var scanner = JSONScanner(bytes, limits: limits)
            let value = try scanner.soleValue()
            precondition(value.range.lowerBound >= 0 && value.range.upperBound <= bytes.count)
            return nil
        } catch {
            return error
        }
    }
}

func scan(_ text: String, limits: JSONLimits = .default) -> JSONError? {
    scan(Array(text.utf8), limits: limits)
}

/// A fixed sequence of pseudo-random numbers, so that a failure can be repeated (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// An envelope such as clients send all day.
let sampleEnvelope = """
    {"type":"task_updated","data":{"task_id":"task_7f3a","project_id":"project_12","title":"Write the \\"plan\\"",\
    "status":"in_progress","assignee_id":"user_42"},"message_id":"c-0001-8f2e","room_id":"project_12",\
    "timestamp":"2026-01-02T03:04:05.678Z"}
    """
