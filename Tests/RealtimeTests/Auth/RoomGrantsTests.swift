import Testing

@testable import Realtime

@Suite("Room grants")
struct RoomGrantsTests {
    private func rights(_ grants: [(String, String)], in room: String) throws -> String {
        let grants = try RoomGrants(
            grants.map { RoomGrants.Grant($0.0, RoomRights(letters: $0.1)!) })
        return grants.rights(for: try #require(RoomID(room))).letters
    }

    @Test("The exact id counts before any prefix, also before a prefix of the same text")
    func exact() throws {
        let grants = [("a", "r"), ("a*", "w"), ("*", "rw")]
        #expect(try rights(grants, in: "a") == "r")
        #expect(try rights(grants, in: "ab") == "w")
        #expect(try rights(grants, in: "b") == "rw")
    }

    @Test("The longest prefix counts, in whatever order they are given")
    func longest() throws {
        let grants = [("team_*", "r"), ("*", ""), ("team_a_*", "rw"), ("team_a_private_*", "")]
        for grants in [grants, grants.reversed()] {
            #expect(try rights(grants, in: "team_b") == "r")
            #expect(try rights(grants, in: "team_a_x") == "rw")
            #expect(try rights(grants, in: "team_a_private_x") == "")
            #expect(try rights(grants, in: "team_a_") == "rw")
            #expect(try rights(grants, in: "team_a") == "r")
            #expect(try rights(grants, in: "team") == "")
        }
    }

    @Test("A room that no pattern fits gives no right, and neither does an empty list")
    func nothing() throws {
        #expect(try rights([], in: "a") == "")
        #expect(try rights([("b", "rw"), ("c*", "rw")], in: "a") == "")
        #expect(try rights([("b", "rw"), ("c*", "rw")], in: "bb") == "")
        #expect(try rights([("b", "rw")], in: "d") == "")
    }

    @Test("A star that is not at the end is a character like any other")
    func innerStar() throws {
        #expect(try rights([("a*b", "r")], in: "a*b") == "r")
        #expect(try rights([("a*b", "r")], in: "axb") == "")
        #expect(try rights([("a**", "r")], in: "a*x") == "r")
        #expect(try rights([("a**", "r")], in: "ax") == "")
    }

    @Test("Ids that only look the same are different ones")
    func exactBytes() throws {
        #expect(try rights([("caf\u{E9}", "rw")], in: "caf\u{E9}") == "rw")
        #expect(try rights([("caf\u{E9}", "rw")], in: "cafe\u{301}") == "")
        #expect(try rights([("cafe*", "r")], in: "cafe\u{301}") == "r")
    }

    @Test("A pattern that comes twice is refused, and one that is no id")
    func refused() {
        #expect(throws: RoomGrants.Refusal.duplicatePattern) {
            try RoomGrants([.init("a", .read), .init("a", .write)])
        }
        #expect(throws: RoomGrants.Refusal.duplicatePattern) {
            try RoomGrants([.init("a*", .read), .init("b", .read), .init("a*", .read)])
        }
        #expect(throws: RoomGrants.Refusal.badPattern) { try RoomGrants([.init("", .read)]) }
        #expect(throws: RoomGrants.Refusal.badPattern) { try RoomGrants([.init("a\nb", .read)]) }
        #expect(throws: RoomGrants.Refusal.badPattern) {
            try RoomGrants([.init(String(repeating: "a", count: 257), .read)])
        }
    }

    @Test("Many random lists give what trying every pattern gives", arguments: 0..<8)
    func model(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        // Few letters, so that patterns lie inside each other.
        func word(upTo length: Int, using generator: inout SeededGenerator) -> String {
            let count = Int.random(in: 0...length, using: &generator)
            return String((0..<count).map { _ in "ab_é".randomElement(using: &generator)! })
        }
        for _ in 0..<300 {
            var list: [String: RoomRights] = [:]
            for _ in 0..<Int.random(in: 0...40, using: &generator) {
                let pattern = word(upTo: 6, using: &generator) + (Bool.random(using: &generator) ? "*" : "")
                if !pattern.isEmpty {
                    list[pattern] = RoomRights(rawValue: UInt8.random(in: 0...3, using: &generator))
                }
            }
            let grants = try RoomGrants(list.map { RoomGrants.Grant($0.key, $0.value) })
            for _ in 0..<60 {
                let room = "a" + word(upTo: 7, using: &generator)
                let answer = grants.rights(for: try #require(RoomID(room)))
                #expect(answer == naive(list, room), "\(room) in \(list)")
            }
        }
    }

    private func naive(_ list: [String: RoomRights], _ room: String) -> RoomRights {
        if let exact = list[room] { return exact }
        let fitting = list.keys.filter { $0.hasSuffix("*") && room.hasPrefix($0.dropLast()) }
        return fitting.max { $0.utf8.count < $1.utf8.count }.flatMap { list[$0] } ?? []
    }

    @Test("The command line's form is read; rooms may have = in them")
    func argument() throws {
        #expect(
            try RoomGrants(argument: "project_*=rw,news=r,a=b=w").grants
                == [.init("a=b", .write), .init("news", .read), .init("project_*", [.read, .write])])
        #expect(try RoomGrants(argument: "*=rw").grants == [.init("*", [.read, .write])])
    }

    @Test(
        "What is no list of grants is refused, and the message says which part",
        arguments: [
            ("news", RoomGrants.ArgumentError.noRights(part: "news")), ("news=", .noRights(part: "news=")),
            ("", .noRights(part: "")), ("a=r,", .noRights(part: "")), ("a=x", .badLetters(part: "a=x")),
            ("=r", .badPattern(part: "=r")), ("a=r,a=w", .duplicate),
        ])
    func badArgument(argument: String, error: RoomGrants.ArgumentError) {
        #expect(throws: error) { try RoomGrants(argument: argument) }
    }
}
