import Testing

@testable import Realtime

/// What a token or the application allows a user, as the permission matrix tries it.
struct PermissionCase: Sendable, CustomTestStringConvertible {
    /// Who decides.
    enum Source: Sendable {
        /// The `rooms` claim: patterns and letters. `#` stands for the number of the room under test.
        case claim([(pattern: String, letters: String)])
        case policy(ServerConfiguration.RoomPolicy)
        /// The application, with these letters, or by failing.
        case authorizer(letters: String?)
    }

    let name: String
    let source: Source

    var testDescription: String { name }

    static let all: [PermissionCase] = [
        claim("nothing"), claim("exact, no letter", ("room#", "")), claim("exact r", ("room#", "r")),
        claim("exact w", ("room#", "w")), claim("exact rw", ("room#", "rw")),
        claim("exact wr", ("room#", "wr")), claim("another room", ("other", "rw")),
        claim("a shorter id", ("room", "rw")), claim("a longer id", ("room#x", "rw")),
        claim("prefix r", ("room*", "r")), claim("prefix w", ("room*", "w")),
        claim("prefix rw", ("room*", "rw")),
        claim("a prefix that is the id", ("room#*", "rw")), claim("a longer prefix", ("room#x*", "rw")),
        claim("a prefix of another", ("rook*", "rw")), claim("all r", ("*", "r")),
        claim("all rw", ("*", "rw")),
        claim("exact beats prefix", ("room#", "r"), ("room*", "rw")),
        claim("exact nothing beats prefix", ("room#", ""), ("room*", "rw"), ("*", "rw")),
        claim("exact beats a prefix of the same text", ("room#", "w"), ("room#*", "r")),
        claim("the longest prefix counts", ("room*", "r"), ("ro*", "rw"), ("*", "w")),
        claim("the longest prefix counts, though it gives nothing", ("room*", ""), ("r*", "rw")),
        claim("a star inside is a star", ("ro*m#", "rw")),
        PermissionCase(name: "policy open", source: .policy(.open)),
        PermissionCase(name: "policy closed", source: .policy(.closed)),
        PermissionCase(name: "authorizer yes", source: .authorizer(letters: "rw")),
        PermissionCase(name: "authorizer reads", source: .authorizer(letters: "r")),
        PermissionCase(name: "authorizer writes", source: .authorizer(letters: "w")),
        PermissionCase(name: "authorizer no", source: .authorizer(letters: "")),
        PermissionCase(name: "authorizer fails", source: .authorizer(letters: nil)),
    ]

    private static func claim(_ name: String, _ grants: (String, String)...) -> PermissionCase {
        PermissionCase(
            name: "claim: \(name)", source: .claim(grants.map { (pattern: $0.0, letters: $0.1) }))
    }

    /// The patterns with each of these numbers in place of `#`.
    func grants(_ numbers: Range<Int>) throws -> RoomGrants? {
        guard case .claim(let grants) = source else { return nil }
        var seen: Set<String> = []
        var list: [RoomGrants.Grant] = []
        for (pattern, letters) in grants {
            for number in pattern.contains("#") ? Array(numbers) : [0] {
                let pattern = pattern.replacing("#", with: "\(number)")
                guard seen.insert(pattern).inserted else { continue }
                list.append(RoomGrants.Grant(pattern, RoomRights(letters: letters) ?? []))
            }
        }
        return try RoomGrants(list)
    }

    /// The letters that count in a room: an independent reading of the contract, one sentence after the other.
    func letters(in room: String, _ numbers: Range<Int>) -> String {
        switch source {
        case .policy(let policy): return policy == .open ? "rw" : ""
        case .authorizer(let letters): return letters ?? ""
        case .claim(let grants):
            let concrete = grants.flatMap { grant in
                numbers.map { (grant.pattern.replacing("#", with: "\($0)"), grant.letters) }
            }
            if let exact = concrete.first(where: { $0.0 == room && !$0.0.hasSuffix("*") }) { return exact.1 }
            let prefixes = concrete.filter { $0.0.hasSuffix("*") && room.hasPrefix($0.0.dropLast()) }
            return prefixes.max { $0.0.count < $1.0.count }?.1 ?? ""
        }
    }
}

/// What somebody does about a room.
enum PermissionAction: CaseIterable, Sendable {
    case join, joinWithoutCreating, query, leave, message, chat, typing, task, direct, custom

    /// Whether others receive something.
    var isPublish: Bool {
        switch self {
        case .message, .chat, .typing, .task, .direct, .custom: true
        case .join, .joinWithoutCreating, .query, .leave: false
        }
    }

    /// What the answer is: its type, or the code of the error.
    func outcome(_ letters: String, exists: Bool, isMember: Bool) -> String {
        switch self {
        case .join, .joinWithoutCreating, .query:
            if !letters.contains("r") { return "forbidden" }
            if !exists, self != .join { return "room_not_found" }
            return self == .query ? "room_info" : "room_joined"
        case .leave:
            return "ack"
        case .message, .chat, .typing, .task, .direct, .custom:
            if !letters.contains("w") { return "forbidden" }
            if letters.contains("r"), !isMember { return "not_in_room" }
            return "ack"
        }
    }

    /// Does it, and returns the answer.
    func perform(_ client: ContractClient, in room: String) throws -> ContractMessage {
        switch self {
        case .join: try client.ask("join_room", in: room)
        case .joinWithoutCreating: try client.ask("join_room", in: room, #"{"create":false}"#)
        case .query: try client.ask("query_room", in: room)
        case .leave: try client.ask("leave_room", in: room)
        case .message: try client.ask("message", in: room, "1")
        case .chat: try client.ask("chat_message", in: room, #"{"content":"x"}"#)
        case .typing: try client.ask("typing", in: room, #"{"active":true}"#)
        case .task: try client.ask("task_updated", #"{"task_id":"t","project_id":"\#(room)"}"#)
        case .direct: try client.ask("message", in: room, to: "insider", "1")
        case .custom: try client.ask("custom_event", in: room, "1")
        }
    }
}

/// Answers what the test says.
struct LettersAuthorizer: RoomAuthorizer {
    struct Failure: Error {}

    let letters: String?

    func rights(of user: UserID, device: DeviceID?, in room: RoomID) async throws -> RoomRights {
        // Users other than the one under test may do everything.
        guard user == "ada" else { return [.read, .write] }
        guard let letters else { throw Failure() }
        // Now and then it has to be waited for.
        if room.string.hasSuffix("3") { await Task.yield() }
        return RoomRights(letters: letters) ?? []
    }
}
