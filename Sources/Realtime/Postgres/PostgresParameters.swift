/// The values for a statement's parameters, in PostgreSQL's binary format, written one after the other into one
/// piece of memory.
struct PostgresParameters: PostgresValues, Sendable {
    /// Each value as its length in four bytes, -1 for NULL, and its bytes.
    private var storage: [UInt8] = []
    private(set) var count = 0

    /// Makes a list of no values.
    /// - Parameter capacity: how many bytes are expected, so that memory is taken once.
    init(capacity: Int = 0) {
        if capacity > 0 { storage.reserveCapacity(capacity) }
    }

    /// How many bytes the values take up.
    var byteCount: Int { storage.count }

    mutating func appendNull() {
        count += 1
        storage.append(integer: -1 as Int32)
    }

    /// An array, whose elements `fill` appends.
    mutating func append(arrayOf type: PostgresType, _ fill: (inout PostgresArray) -> Void) {
        appendValue { storage in
            var array = PostgresArray(of: type, behind: storage)
            storage = []
            fill(&array)
            storage = array.finished()
        }
    }

    mutating func appendValue(_ write: (inout [UInt8]) -> Void) {
        count += 1
        storage.appendCounted(write)
    }

    /// Lends the values as the pointers, lengths and formats that libpq takes. NULL is a nil pointer.
    func withValues<Result>(
        _ body: (
            _ values: UnsafePointer<UnsafePointer<CChar>?>?, _ lengths: UnsafePointer<Int32>?,
            _ formats: UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        storage.withUnsafeBytes { bytes in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { values in
                withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * count) { numbers in
                    var offset = 0
                    for index in 0..<count {
                        let length = bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self).bigEndian
                        offset += 4
                        let value = length < 0 ? nil : bytes.baseAddress.map { $0 + offset }
                        values.initializeElement(
                            at: index, to: value?.assumingMemoryBound(to: CChar.self))
                        numbers.initializeElement(at: index, to: max(length, 0))
                        numbers.initializeElement(at: count + index, to: 1)
                        offset += Int(max(length, 0))
                    }
                    return body(
                        UnsafePointer(values.baseAddress), UnsafePointer(numbers.baseAddress),
                        numbers.baseAddress.map { UnsafePointer($0 + count) })
                }
            }
        }
    }
}

/// A UUID as its two halves.
struct PostgresUUID: Hashable, Sendable {
    let high: UInt64
    let low: UInt64
}
