/// What is posted: every scenario's notification, which SQL that inserts the same rows copies.
enum NotificationBody {
    static let path = "/api/v1/notifications"
    static let title = "Build finished"

    /// `size` is that of the whole JSON text, and at least `leastSize`.
    static func single(size: Int, idempotent: Bool) -> String {
        let padding = size - leastSize(idempotent: idempotent)
        precondition(padding >= 0, "the notification is too small for its pattern")
        return pattern(message: letters(padding), idempotent: idempotent)
    }

    /// One for several users, who follow each other.
    static func many(users: Range<Int>, size: Int, tag: Tag) -> String {
        let names = users.map { "\"user-\(Hex.string(UInt32($0)))\"" }.joined(separator: ",")
        let single = fill(single(size: size, idempotent: false), user: 0, tag)
        return "{\"user_ids\":[\(names)]," + single.dropFirst(#"{"user_id":"user-00000000","#.count)
    }

    /// What a device must find in the message that it gets, given the tag.
    static func data(_ tag: Tag) -> String {
        #""data":{"bench":""# + Hex.string(tag.stream) + Hex.string(tag.counter) + #""}"#
    }

    static func leastSize(idempotent: Bool) -> Int {
        fill(pattern(message: "", idempotent: idempotent), user: 0, Tag(stream: 0, counter: 0)).utf8.count
    }

    static func fill(_ text: String, user: UInt32, _ tag: Tag) -> String {
        let digits = Hex.string(tag.stream) + Hex.string(tag.counter)
        return Placeholder.fill(Placeholder.fill(text, "{user}", Hex.string(user)), "{tag}", digits)
    }

    static func letters(_ count: Int) -> String {
        String(decoding: (0..<count).map { 0x61 + UInt8($0 % 26) }, as: UTF8.self)
    }

    private static func pattern(message: String, idempotent: Bool) -> String {
        #"{"user_id":"user-{user}","title":""# + title + #"","message":""# + message + #"","#
            + (idempotent ? #""idempotency_key":"bench-{tag}","# : "") + #""data":{"bench":"{tag}"}}"#
    }
}
