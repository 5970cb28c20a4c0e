/// What takes values one after the other: the parameters of a statement, the elements of an array. What is nil becomes
/// NULL.
///
/// The types must be those that the statement declares. Text must be UTF-8 without zero bytes: PostgreSQL can't
/// hold them and refuses the statement.
protocol PostgresValues {
    /// Appends a value that `write` writes.
    mutating func appendValue(_ write: (inout [UInt8]) -> Void)
    mutating func appendNull()
}

extension PostgresValues {
    mutating func append(text: String?) {
        guard let text else { return appendNull() }
        appendValue { $0.append(text: text) }
    }

    /// Text that is UTF-8 already.
    mutating func append(utf8 bytes: UnsafeRawBufferPointer) {
        appendValue { $0.append(bytes: bytes) }
    }

    /// The same.
    mutating func append(utf8 bytes: SharedBytes?) {
        guard let bytes else { return appendNull() }
        bytes.withUnsafeBytes { append(utf8: $0) }
    }

    mutating func append<Kind>(_ id: Identifier<Kind>) {
        id.withUTF8 { append(utf8: $0) }
    }

    mutating func append(bytes: [UInt8]?) {
        guard let bytes else { return appendNull() }
        bytes.withUnsafeBytes { bytes in appendValue { $0.append(bytes: bytes) } }
    }

    mutating func append(int64: Int64) {
        appendValue { $0.append(integer: int64) }
    }

    mutating func append(int32: Int32) {
        appendValue { $0.append(integer: int32) }
    }

    mutating func append(int16: Int16) {
        appendValue { $0.append(integer: int16) }
    }

    mutating func append(bool: Bool) {
        appendValue { $0.append(integer: bool ? 1 as UInt8 : 0) }
    }

    mutating func append(uuid: PostgresUUID) {
        appendValue { $0.append(uuid: uuid) }
    }

    mutating func append(timestamp: Timestamp?) {
        guard let timestamp else { return appendNull() }
        appendValue { $0.append(timestamp: timestamp) }
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
