import Testing

@testable import Realtime

/// Section 3 of the wire contract: who is there.
@Suite("Contract: presence", .timeLimit(.minutes(10)))
struct PresenceContractTests {
    private static let grace: Duration = .milliseconds(150)

    private func shortGrace(_ configuration: inout ServerConfiguration) {
        configuration.presence.grace = Self.grace
    }

    /// Somebody in the room who watches.
    private func watcher(in house: ContractHouse) throws -> ContractClient {
        let watcher = try house.connect("watcher")
        try watcher.join("a")
        return watcher
    }

    // MARK: Coming and going

    @Test("a user comes online once, however many devices", arguments: ContractTransport.allCases)
    func once(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let watcher = try watcher(in: house)
            let phone = try house.connect("ada", device: "phone")
            let desk = try house.connect("ada", device: "desk")
            let tab = try house.connect("ada", device: "desk")
            try phone.join("a")
            #expect(try watcher.expect("user_online").data["user_id"]?.string == "ada")
            try desk.join("a")
            let members = try tab.join("a").data["members"]?.array ?? []
            #expect(members.first { $0["user_id"]?.string == "ada" }?["devices"]?.int == 2)
            for client in [watcher, phone, desk, tab] { try client.expectNothing() }
        }
    }

    @Test(
        "a user goes offline once, at once when the last device leaves", arguments: ContractTransport.allCases
    )
    func leaves(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let watcher = try watcher(in: house)
            let phone = try house.connect("ada", device: "phone")
            let desk = try house.connect("ada", name: "Ada", device: "desk")
            try phone.join("a")
            try desk.join("a")
            try watcher.expect("user_online")
            try phone.ask("leave_room", in: "a")
            try watcher.expectNothing()
            try desk.ask("leave_room", in: "a")
            let offline = try watcher.expect("user_offline")
            #expect(offline.room == "a" && offline.seq == nil)
            #expect(
                offline.data
                    == (try JSONValue.parse(
                        #"{"user_id":"ada","username":"Ada","status":"online","devices":0}"#)))
            try watcher.expectNothing()
        }
    }

    @Test(
        "a user whose connection ends goes offline after the grace period, whichever way it ended",
        arguments: ContractTransport.allCases, [false, true])
    func grace(_ transport: ContractTransport, isPolite: Bool) async throws {
        try await withHouse(transport, shortGrace) { house in
            let watcher = try watcher(in: house)
            let ada = try house.connect("ada")
            try ada.join("a")
            try watcher.expect("user_online")
            let start = ContinuousClock.now
            if isPolite { try house.close(ada) } else { try house.cut(ada) }
            try watcher.expect("user_offline")
            #expect(ContinuousClock.now - start >= Self.grace)
            #expect(try watcher.ask("query_room", in: "a").data["total_clients"]?.int == 1)
            try watcher.expectNothing()
        }
    }

    @Test("a device that is back in time was never away", arguments: ContractTransport.allCases)
    func reconnected(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let watcher = try watcher(in: house)
            let ada = try house.connect("ada", device: "phone")
            try ada.join("a")
            try watcher.expect("user_online")
            try house.cut(ada)
            #expect(try watcher.ask("query_room", in: "a").data["total_clients"]?.int == 2)
            let again = try house.connect("ada", device: "phone")
            let joined = try again.join("a")
            #expect(joined.data["status"]?.string == "reconnected")
            #expect(joined.data["total"]?.int == 2)
            try watcher.expectNothing()
        }
    }

    @Test(
        "what a user said of themselves outlives a reconnect, and makes no noise either",
        arguments: ContractTransport.allCases)
    func statusOutlives(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let watcher = try watcher(in: house)
            let ada = try house.connect("ada", device: "phone")
            try ada.join("a")
            try watcher.expect("user_online")
            try ada.ask("presence_update", #"{"status":"busy","custom":{"mood":"calm"}}"#)
            try watcher.expect("presence_update")
            try house.cut(ada)
            let again = try house.connect("ada", device: "phone")
            let members = try again.join("a").data["members"]?.array ?? []
            let own = members.first { $0["user_id"]?.string == "ada" }
            #expect(own?["status"]?.string == "busy")
            #expect(own?["custom"]?["mood"]?.string == "calm")
            try watcher.expectNothing()
            // A room that is joined later hears of it too.
            let later = try again.join("b").data["members"]?.array ?? []
            #expect(later.first?["status"]?.string == "busy")
        }
    }

    @Test("another device of the user is not a reconnect", arguments: ContractTransport.allCases)
    func otherDevice(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let watcher = try watcher(in: house)
            let phone = try house.connect("ada", device: "phone")
            try phone.join("a")
            try watcher.expect("user_online")
            try house.cut(phone)
            let desk = try house.connect("ada", device: "desk")
            let joined = try desk.join("a")
            #expect(joined.data["status"]?.string == "joined_existing")
            // The phone may still come back.
            let members = joined.data["members"]?.array ?? []
            #expect(members.first { $0["user_id"]?.string == "ada" }?["devices"]?.int == 2)
            try watcher.expectNothing()
        }
    }

    @Test("a device that does not come back is gone without a word", arguments: ContractTransport.allCases)
    func oneOfTwo(_ transport: ContractTransport) async throws {
        try await withHouse(
            transport,
            {
                shortGrace(&$0)
                $0.rates = .none
            }
        ) { house in
            let watcher = try watcher(in: house)
            let phone = try house.connect("ada", device: "phone")
            try phone.join("a")
            try watcher.expect("user_online")
            let desk = try house.connect("ada", device: "desk")
            try desk.join("a")
            try house.cut(phone)
            eventually {
                let info = try? watcher.ask("query_room", in: "a")
                let ada = info?.data["clients"]?.array?.first { $0["user_id"]?.string == "ada" }
                return ada?["devices"]?.int == 1
            }
            try watcher.expectNothing()
            try desk.expectNothing()
        }
    }

    @Test("who is gone for good and comes again is announced again", arguments: ContractTransport.allCases)
    func comesAgain(_ transport: ContractTransport) async throws {
        try await withHouse(transport, shortGrace) { house in
            let watcher = try watcher(in: house)
            for _ in 0..<2 {
                let ada = try house.connect("ada")
                try ada.join("a")
                try watcher.expect("user_online")
                try ada.ask("presence_update", #"{"status":"busy"}"#)
                try watcher.expect("presence_update")
                try house.cut(ada)
                #expect(try watcher.expect("user_offline").data["status"]?.string == "busy")
            }
            let ada = try house.connect("ada")
            try ada.join("a")
            #expect(try watcher.expect("user_online").data["status"]?.string == "online")
            try watcher.expectNothing()
        }
    }

    @Test("a connection that never joined is nobody's business", arguments: ContractTransport.allCases)
    func neverJoined(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let watcher = try watcher(in: house)
            let ada = try house.connect("ada")
            try house.cut(ada)
            try watcher.expectNothing()
        }
    }

    @Test("a device that the token does not name may be named by the request", arguments: ["?", "?x=1&"])
    func deviceInQuery(query: String) async throws {
        try await withHouse(.webSocket) { house in
            let watcher = try watcher(in: house)
            let server = try #require(house as? ServerHouse).server
            func connect(_ device: String) throws -> ContractClient {
                let path = "/ws\(query)token=\(try house.token("ada", rooms: "*=rw"))&device_id=\(device)"
                let client = ContractClient(
                    WebSocketLink(try server.connectWebSocket(path: path)), settle: house.settle)
                try client.expectGreeting()
                #expect(client.greeting["device_id"]?.string == device)
                return client
            }
            let phone = try connect("phone")
            try phone.join("a")
            try watcher.expect("user_online")
            let members = try connect("desk").join("a").data["members"]?.array ?? []
            #expect(members.first { $0["user_id"]?.string == "ada" }?["devices"]?.int == 2)
            try house.cut(phone)
            #expect(try connect("phone").join("a").data["status"]?.string == "reconnected")
        }
    }

    // MARK: Status

    @Test(
        "a presence_update goes to the user's rooms, and to no others", arguments: ContractTransport.allCases)
    func update(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob, eve) = (
                try house.connect("ada", name: "Ada"), try house.connect("bob"), try house.connect("eve")
            )
            try ada.join("a")
            try ada.join("b")
            try bob.join("a")
            try ada.expect("user_online")
            try eve.join("elsewhere")
            try ada.ask("presence_update", #"{"status":"editing","custom":{"file":"x"}}"#)
            let update = try bob.expect("presence_update")
            #expect(update.user == "ada" && update.room == "a" && update.seq == nil)
            #expect(update.data["status"]?.string == "editing")
            #expect(update.data["custom"]?["file"]?.string == "x")
            #expect(
                try bob.ask("query_room", in: "b").data["clients"]?.array?.first?["status"]?.string
                    == "editing")
            for client in [ada, bob, eve] { try client.expectNothing() }
        }
    }

    @Test("every status is told, also one that is no news", arguments: ContractTransport.allCases)
    func everyStatus(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = (try house.connect("ada"), try house.connect("bob"))
            try bob.join("a")
            try ada.join("a")
            try bob.expect("user_online")
            for status in ["online", "away", "busy", "editing", "offline", "offline", "online"] {
                #expect(try ada.ask("presence_update", #"{"status":"\#(status)"}"#).type == "ack")
                #expect(try bob.expect("presence_update").data["status"]?.string == status)
            }
            try bob.expectNothing()
        }
    }

    @Test("what is said in join_room counts from there on", arguments: ContractTransport.allCases)
    func statusInJoin(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = (try house.connect("ada"), try house.connect("bob"))
            try bob.join("a")
            try ada.join("a", #"{"status":"away"}"#)
            #expect(try bob.expect("user_online").data["status"]?.string == "away")
            try ada.join("a", #"{"status":"busy"}"#)
            #expect(try bob.expect("presence_update").data["status"]?.string == "busy")
            #expect(try bob.join("b").type == "room_joined")
            try ada.join("b")
            #expect(try bob.expect("user_online").data["status"]?.string == "busy")
        }
    }

    @Test("custom is bounded", arguments: ContractTransport.allCases)
    func customBound(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            let large = String(repeating: "x", count: 2_000)
            #expect(
                try ada.ask("presence_update", #"{"status":"busy","custom":"\#(large)"}"#).code == "too_large"
            )
        }
    }

    @Test("the application is told of users, each transition once", arguments: ContractTransport.allCases)
    func lifecycle(_ transport: ContractTransport) async throws {
        try await withHouse(transport, shortGrace) { house in
            let events = house.hub.lifecycle.events()
            let ada = try house.connect("ada", device: "phone")
            let desk = try house.connect("ada", device: "desk")
            try house.cut(ada)
            try house.cut(desk)
            let first = try house.connect("bob")
            let told = Inbox<[LifecycleEvent]>()
            Task {
                var seen: [LifecycleEvent] = []
                for await event in events {
                    seen.append(event)
                    if event == .userOffline("ada") { break }
                }
                told.put(seen)
            }
            let ofAda = try told.take().filter { event in
                switch event {
                case .connected(let user, _), .disconnected(let user, _), .userOnline(let user),
                    .userOffline(let user):
                    user == "ada"
                }
            }
            #expect(
                ofAda == [
                    .connected(user: "ada", connection: ada.connection), .userOnline("ada"),
                    .connected(user: "ada", connection: desk.connection),
                    .disconnected(user: "ada", connection: ada.connection),
                    .disconnected(user: "ada", connection: desk.connection), .userOffline("ada"),
                ])
            try first.expectNothing()
        }
    }
}
