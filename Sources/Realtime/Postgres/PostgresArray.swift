/// An array of one dimension in PostgreSQL's binary format, filled element by element.
///
/// It may be kept and grow while requests come in, a column of a batch, and become a parameter when the batch is
/// sent.
struct PostgresArray: Sendable {
    private var storage: [UInt8]
    /// Where the array begins in the storage: it may be written behind other values, to spare a copy.
    private let start: Int
    private(set) var count = 0
    private var hasNull = false

    /// Number of dimensions, whether there are NULLs, the elements' type, their count, the first one's index.
    static let headerSize = 20
    /// An array without elements ends behind the type.
    static let emptySize = 12

    /// Makes an array without elements.
    init(of type: PostgresType) {
        self.init(of: type, behind: [])
    }

    init(of type: PostgresType, behind storage: consuming [UInt8]) {
        self.storage = storage
        start = self.storage.count
        self.storage.append(integer: 1 as Int32)
        self.storage.append(integer: 0 as Int32)
        self.storage.append(integer: type.oid)
        self.storage.append(integer: 0 as Int32)
        self.storage.append(integer: 1 as Int32)
    }

    /// How many bytes it takes up.
    var byteCount: Int { storage.count - start }

    mutating func append(text: String) {
        appendElement { $0.append(text: text) }
    }

    /// Text that is UTF-8 already.
    mutating func append(utf8: UnsafeRawBufferPointer) {
        appendElement { $0.append(bytes: utf8) }
    }

    mutating func append(bytes: UnsafeRawBufferPointer) {
        appendElement { $0.append(bytes: bytes) }
    }

    mutating func append(int64: Int64) {
        appendElement { $0.append(integer: int64) }
    }

    mutating func append(int32: Int32) {
        appendElement { $0.append(integer: int32) }
    }

    mutating func append(int16: Int16) {
        appendElement { $0.append(integer: int16) }
    }

    mutating func append(bool: Bool) {
        appendElement { $0.append(integer: bool ? 1 as UInt8 : 0) }
    }

    mutating func append(uuid: PostgresUUID) {
        appendElement { $0.append(uuid: uuid) }
    }

    mutating func append(timestamp: Timestamp) {
        appendElement { $0.append(timestamp: timestamp) }
    }

    mutating func appendNull() {
        count += 1
        hasNull = true
        storage.append(integer: -1 as Int32)
    }

    /// Forgets the elements and keeps the memory.
    mutating func removeAll() {
        storage.removeLast(byteCount - Self.headerSize)
        count = 0
        hasNull = false
    }

    private mutating func appendElement(_ write: (inout [UInt8]) -> Void) {
        count += 1
        storage.appendCounted(write)
    }

    /// All that was written, with the array's header as it must be.
    consuming func finished() -> [UInt8] {
        var storage = self.storage
        self.storage = []
        if count == 0 { storage.removeLast(Self.headerSize - Self.emptySize) }
        storage.store(integer: Int32(count == 0 ? 0 : 1), at: start)
        storage.store(integer: Int32(hasNull ? 1 : 0), at: start + 4)
        if count > 0 { storage.store(integer: Int32(count), at: start + 12) }
        return storage
    }

    /// Lends the finished form.
    func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        finished().withUnsafeBytes(body)
    }
}

// MARK: Binary format

/// The binary format: big-endian numbers, and values behind their length.
extension [UInt8] {
    mutating func append(integer: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: integer.bigEndian) { append(contentsOf: $0) }
    }

    mutating func store(integer: some FixedWidthInteger, at offset: Int) {
        withUnsafeMutableBytes {
            $0.storeBytes(of: integer.bigEndian, toByteOffset: offset, as: type(of: integer))
        }
    }

    mutating func append(bytes: UnsafeRawBufferPointer) {
        // Of typed memory the standard library makes one copy; of raw memory, one for each byte.
        bytes.withMemoryRebound(to: UInt8.self) { append(contentsOf: $0) }
    }

    mutating func append(text: String) {
        var text = text
        text.withUTF8 { append(contentsOf: $0) }
    }

    mutating func append(uuid: PostgresUUID) {
        append(integer: uuid.high)
        append(integer: uuid.low)
    }

    mutating func append(timestamp: Timestamp) {
        append(integer: timestamp.postgresMicroseconds)
    }

    /// Appends four bytes for a length, what `write` appends, and sets the length.
    mutating func appendCounted(_ write: (inout [UInt8]) -> Void) {
        append(integer: 0 as Int32)
        let start = count
        write(&self)
        store(integer: Int32(count - start), at: start - 4)
    }
}

extension Timestamp {
    /// 2000-01-01T00:00:00Z, where PostgreSQL counts from.
    private static let postgresEpochMilliseconds: Int64 = 946_684_800_000

    /// Microseconds since 2000. What PostgreSQL can't hold becomes its `infinity` or `-infinity`.
    var postgresMicroseconds: Int64 {
        let (sinceEpoch, overflow) = milliseconds.subtractingReportingOverflow(Self.postgresEpochMilliseconds)
        let (microseconds, carried) = sinceEpoch.multipliedReportingOverflow(by: 1000)
        guard overflow || carried else { return microseconds }
        return milliseconds < 0 ? .min : .max
    }

    /// The millisecond that these microseconds since 2000 are in.
    init(postgresMicroseconds microseconds: Int64) {
        let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 1000)
        self.init(milliseconds: quotient - (remainder < 0 ? 1 : 0) + Self.postgresEpochMilliseconds)
    }
}
