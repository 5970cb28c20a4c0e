/// An array of one dimension in PostgreSQL's binary format, filled element by element: a column of a batch.
struct PostgresArray: PostgresValues {
    private var storage: [UInt8]
    /// Where the array begins in the storage: it is written behind other values, to spare a copy.
    private let start: Int
    private var count = 0
    private var hasNull = false

    /// Number of dimensions, whether there are NULLs, the elements' type, their count, the first one's index.
    private static let headerSize = 20
    /// An array without elements ends behind the type.
    private static let emptySize = 12

    init(of type: PostgresType, behind storage: consuming [UInt8]) {
        self.storage = storage
        start = self.storage.count
        self.storage.append(integer: 1 as Int32)
        self.storage.append(integer: 0 as Int32)
        self.storage.append(integer: type.oid)
        self.storage.append(integer: 0 as Int32)
        self.storage.append(integer: 1 as Int32)
    }

    mutating func appendNull() {
        count += 1
        hasNull = true
        storage.append(integer: -1 as Int32)
    }

    mutating func appendValue(_ write: (inout [UInt8]) -> Void) {
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
}
