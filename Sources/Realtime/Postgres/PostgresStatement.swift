/// A statement that is sent again and again: prepared once on each connection, at its first use there.
struct PostgresStatement: Sendable {
    /// What connections know it by. Two statements never share a name.
    let name: String
    /// One statement of SQL with its parameters as `$1`, `$2`, …
    let sql: String
    /// The types of the parameters, in their order.
    let parameterTypes: [PostgresType]

    init(name: String, sql: String, parameterTypes: [PostgresType] = []) {
        self.name = name
        self.sql = sql
        self.parameterTypes = parameterTypes
    }
}
