import Testing

@testable import Realtime

/// Every action, with every kind of right, in rooms that are there and that are not, over every transport: the
/// answer is the model's, and nobody hears what they may not.
@Suite("Contract: the permission matrix", .timeLimit(.minutes(10)))
struct PermissionMatrixTests {
    /// A room that an action is tried in. Each action has its own, because some of them make rooms.
    private struct Place {
        let room: String
        /// Whether somebody is in it already.
        let exists: Bool
        let action: PermissionAction
        /// Whether the user has joined it before.
        let joinsFirst: Bool
    }

    /// The rooms under test have numbers. Beside each stands a neighbour, whose id begins with the room's.
    private static let places: [Place] = {
        var places: [Place] = []
        for isNeighbour in [false, true] {
            for exists in [true, false] {
                for joinsFirst in [false, true] {
                    for action in PermissionAction.allCases {
                        let number = 100 + places.count
                        places.append(
                            Place(
                                room: isNeighbour ? "room\(number)y" : "room\(number)", exists: exists,
                                action: action, joinsFirst: joinsFirst))
                    }
                }
            }
        }
        return places
    }()

    private static let numbers = 100..<100 + places.count

    @Test("it has more than a thousand cells")
    func size() {
        #expect(Self.places.count * PermissionCase.all.count * ContractTransport.allCases.count > 1_000)
    }

    @Test(
        "every cell is as the model says, and nothing leaks", arguments: ContractTransport.allCases,
        PermissionCase.all)
    func matrix(_ transport: ContractTransport, _ permission: PermissionCase) async throws {
        var authorizer: LettersAuthorizer?
        var policy = ServerConfiguration.RoomPolicy.closed
        switch permission.source {
        case .authorizer(let letters): authorizer = LettersAuthorizer(letters: letters)
        case .policy(let configured): policy = configured
        case .claim: break
        }
        try await withHouse(
            transport, authorizer: authorizer,
            {
                $0.rates = .none
                $0.rooms.policy = policy
                $0.rooms.passesCustomEvents = true
            }
        ) { house in
            try check(permission, in: house)
        }
    }

    private func check(_ permission: PermissionCase, in house: ContractHouse) throws {
        let insider = try house.connect("insider")
        let stranger = try house.connect("stranger", rooms: "elsewhere=rw")
        for place in Self.places where place.exists { insider.say("join_room", in: place.room) }
        #expect(try insider.drain().allSatisfy { $0.type == "room_joined" })
        let ada = try house.connect(
            token: house.token("ada", grants: permission.grants(Self.numbers)))

        // The cells. What is refused is refused with the same words, whether or not the room is there.
        var joined: Set<String> = []
        var refusals: [PermissionAction: Set<String>] = [:]
        for place in Self.places {
            let letters = permission.letters(in: place.room, Self.numbers)
            let cell = "\(place.action) in \(place.room), there: \(place.exists), joined: \(place.joinsFirst)"
            if place.joinsFirst {
                let answer = try ada.ask("join_room", in: place.room)
                #expect((answer.code ?? answer.type) == (letters.contains("r") ? "room_joined" : "forbidden"))
            }
            let isMember = place.joinsFirst && letters.contains("r")
            let exists = place.exists || isMember
            let answer = try place.action.perform(ada, in: place.room)
            let expected = place.action.outcome(letters, exists: exists, isMember: isMember)
            #expect((answer.code ?? answer.type) == expected, "\(cell)")
            if answer.code == "forbidden" {
                refusals[place.action, default: []].insert("\(answer.data)")
            }
            if (isMember || answer.type == "room_joined") && place.action != .leave {
                joined.insert(place.room)
            }
            stranger.say("join_room", in: place.room)
        }
        #expect(refusals.values.allSatisfy { $0.count == 1 })

        // Who hears what.
        _ = try insider.drain()
        _ = try ada.drain()
        for place in Self.places {
            insider.say("join_room", in: place.room)
            insider.say("message", in: place.room, #""for \#(place.room)""#)
            insider.say("typing", in: place.room, #"{"active":true}"#)
            insider.say("message", in: place.room, to: "ada", #""psst \#(place.room)""#)
        }
        let problems = try insider.drain().filter { $0.type == "error" }.map(\.text)
        #expect(problems == [], "\(permission.name)")
        let heard = try ada.drain()
        #expect(Set(heard.compactMap(\.room)) == joined)
        #expect(heard.count { $0.type == "message" } == 2 * joined.count)
        #expect(heard.count { $0.type == "typing" } == joined.count)
        let strange = try stranger.drain()
        #expect(strange.count == Self.places.count && strange.allSatisfy { $0.code == "forbidden" })

        // Without a room in common there are no direct messages.
        let direct = try ada.ask("message", to: "insider", "1")
        #expect((direct.code ?? direct.type) == (joined.isEmpty ? "forbidden" : "ack"))

        // A token without rights ends it all.
        ada.send(
            ContractClient.envelope(
                "auth", nil, nil, #"{"token":"\#(try house.token("ada", grants: RoomGrants([])))"}"#,
                id: "renewal"))
        #expect(try ada.reply(to: "renewal").type == "auth_success")
        let left = try ada.drain().map { $0.data["room_id"]?.string ?? "" }
        #expect(Set(left) == joined && left.count == joined.count)
        for place in Self.places { insider.say("message", in: place.room, "1") }
        _ = try insider.drain()
        try ada.expectNothing()
    }
}
