/// What a statement returned. It keeps libpq's result alive, in whose memory the values are read where they lie.
struct PostgresRows: Sendable {
    private let result: LibPQResult

    init(_ result: LibPQResult) {
        self.result = result
    }

    /// How many rows there are.
    var count: Int { result.rowCount }
    var isEmpty: Bool { count == 0 }

    /// How many rows the statement inserted, updated, deleted or returned.
    var affectedCount: Int { result.affectedCount }

    subscript(index: Int) -> PostgresRow {
        precondition(index >= 0 && index < count, "there is no such row")
        return PostgresRow(result: result, index: Int32(truncatingIfNeeded: index))
    }
}

/// One row of a result. Columns are counted from 0.
///
/// Asking for a type that the column does not have, or for the value of NULL, is a mistake in our own SQL and stops
/// the program; only `bytes` and `isNull` may be asked of a column that can be NULL.
struct PostgresRow {
    fileprivate let result: LibPQResult
    fileprivate let index: Int32

    func isNull(_ column: Int) -> Bool {
        result.value(row: index, column: column) == nil
    }

    func int64(_ column: Int) -> Int64 {
        integer(column)
    }

    func int32(_ column: Int) -> Int32 {
        integer(column)
    }

    func int16(_ column: Int) -> Int16 {
        integer(column)
    }

    func bool(_ column: Int) -> Bool {
        let byte: UInt8 = integer(column)
        return byte != 0
    }

    func uuid(_ column: Int) -> PostgresUUID {
        let value = present(column, size: 16)
        return PostgresUUID(
            high: value.loadUnaligned(as: UInt64.self).bigEndian,
            low: value.loadUnaligned(fromByteOffset: 8, as: UInt64.self).bigEndian)
    }

    /// The millisecond of a `timestamptz`.
    func timestamp(_ column: Int) -> Timestamp {
        Timestamp(postgresMicroseconds: integer(column))
    }

    /// A copy of a text.
    func text(_ column: Int) -> String {
        guard let value = bytes(column) else { preconditionFailure("column \(column) is NULL") }
        return String(decoding: value, as: UTF8.self)
    }

    /// The bytes of any value, nil for NULL, where they lie: good for as long as somebody has the rows.
    func bytes(_ column: Int) -> UnsafeRawBufferPointer? {
        result.value(row: index, column: column)
    }

    private func integer<Value: FixedWidthInteger>(_ column: Int) -> Value {
        present(column, size: MemoryLayout<Value>.size).loadUnaligned(as: Value.self).bigEndian
    }

    private func present(_ column: Int, size: Int) -> UnsafeRawBufferPointer {
        guard let value = bytes(column) else { preconditionFailure("column \(column) is NULL") }
        precondition(value.count == size, "column \(column) has another type")
        return value
    }
}
