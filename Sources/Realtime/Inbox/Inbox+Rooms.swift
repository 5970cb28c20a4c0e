// What is known of the rooms of users who are not here.

extension Inbox {
    /// What the last tokens of these users said about rooms. Not of those who were never here, or whose token left it to
    /// the configured policy.
    func rooms(of users: [UserID]) async throws(RealtimeError) -> [UserID: RoomGrants] {
        var values = PostgresParameters()
        values.append(arrayOf: .text) { for user in users { $0.append(user) } }
        let rows = try await ask(Self.roomsStatement, values)
        var known: [UserID: RoomGrants] = [:]
        for index in 0..<rows.count {
            guard let user = rows[index].user(0), let grants = RoomGrants(json: rows[index].text(1)) else {
                continue
            }
            known[user] = grants
        }
        return known
    }

    private static let roomsStatement = PostgresStatement(
        name: "rooms",
        sql: "select user_id, rooms from realtime.inboxes where user_id = any ($1) and rooms is not null",
        parameterTypes: [.array(of: .text)])
}
