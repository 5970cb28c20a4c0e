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

/// An envelope such as clients send all day.
let sampleEnvelope = """
    {"type":"task_updated","data":{"task_id":"task_7f3a","project_id":"project_12","title":"Write the \\"plan\\"",\
    "status":"in_progress","assignee_id":"user_42"},"message_id":"c-0001-8f2e","room_id":"project_12",\
    "timestamp":"2026-01-02T03:04:05.678Z"}
    """
