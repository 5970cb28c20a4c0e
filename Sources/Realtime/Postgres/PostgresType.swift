/// A type of PostgreSQL's, by the number that the server knows it by. The numbers of built-in types are the same
/// on every server.
struct PostgresType: Hashable, Sendable {
    /// The type's object id.
    let oid: UInt32
    /// The object id of arrays of it; none of an array.
    private let arrayOID: UInt32

    private init(_ oid: UInt32, array: UInt32) {
        self.oid = oid
        arrayOID = array
    }

    static let bool = PostgresType(16, array: 1000)
    static let bytea = PostgresType(17, array: 1001)
    static let int8 = PostgresType(20, array: 1016)
    static let int2 = PostgresType(21, array: 1005)
    static let int4 = PostgresType(23, array: 1007)
    static let text = PostgresType(25, array: 1009)
    /// Sent and read as the text that it was written as.
    static let json = PostgresType(114, array: 199)
    static let timestamptz = PostgresType(1184, array: 1185)
    static let uuid = PostgresType(2950, array: 2951)

    /// Arrays, of one dimension here, of a type that is no array itself.
    static func array(of element: PostgresType) -> PostgresType {
        precondition(element.arrayOID != 0, "arrays of arrays are not a type of PostgreSQL")
        return PostgresType(element.arrayOID, array: 0)
    }
}
