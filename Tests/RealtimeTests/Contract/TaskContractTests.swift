import Testing

@testable import Realtime

/// Section 4 of the wire contract: tasks and an application's own types.
@Suite("Contract: tasks and custom types", .timeLimit(.minutes(10)))
struct TaskContractTests {
    private static let tasks: [(type: String, data: String)] = [
        (
            "task_created",
            #"{"task_id":"t","project_id":"p","title":"T","status":"open","assignee_id":null}"#
        ),
        ("task_updated", #"{"task_id":"t","project_id":"p","title":"T2","more":[1,2]}"#),
        (
            "task_status_changed",
            #"{"task_id":"t","project_id":"p","old_status":"open","new_status":"done","changed_by":"ada"}"#
        ),
        ("task_deleted", #"{"task_id":"t","project_id":"p"}"#),
    ]

    @Test(
        "what happens to a task goes to all members of its project's room, the sender too",
        arguments: ContractTransport.allCases)
    func tasks(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob, eve) = (
                try house.connect("ada"), try house.connect("bob"), try house.connect("eve")
            )
            try ada.join("p")
            try bob.join("p")
            try ada.expect("user_online")
            try eve.join("q")
            for (index, task) in Self.tasks.enumerated() {
                let ack = try ada.ask(task.type, task.data)
                #expect(ack.data["seq"]?.int == index + 1)
                for client in [ada, bob] {
                    let message = try client.expect(task.type)
                    #expect(message.room == "p" && message.user == "ada" && message.seq == index + 1)
                    #expect(message.text.contains(#""data":\#(task.data)"#))
                }
            }
            for client in [ada, bob, eve] { try client.expectNothing() }
        }
    }

    @Test("the envelope's room comes before the project's", arguments: ContractTransport.allCases)
    func roomWins(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            try ada.join("p")
            try ada.join("q")
            try ada.ask("task_created", in: "q", #"{"task_id":"t","project_id":"p"}"#)
            #expect(try ada.expect("task_created").room == "q")
            try ada.expectNothing()
        }
    }

    @Test("a client needs w on the room", arguments: ContractTransport.allCases)
    func rights(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let reader = try house.connect("reader", rooms: "p=r")
            let stranger = try house.connect("stranger", rooms: "q=rw")
            let sensor = try house.connect("sensor", rooms: "p=w")
            try reader.join("p")
            for (type, data) in Self.tasks {
                #expect(try reader.ask(type, data).code == "forbidden")
                #expect(try stranger.ask(type, data).code == "forbidden")
                #expect(try stranger.ask(type, in: "p", data).code == "forbidden")
            }
            for (type, data) in Self.tasks {
                #expect(try sensor.ask(type, data).type == "ack")
                #expect(try reader.expect(type).user == "sensor")
            }
            try reader.expectNothing()
        }
    }

    @Test("a backend's tasks go the same way, without a user", arguments: ContractTransport.allCases)
    func backend(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            try ada.join("p")
            let data = Self.tasks[0].data
            let published = try house.run { backend in
                try await backend.handleTask(
                    ApplicationEvent(type: ExactText("task_created"), data: SharedBytes(data), room: nil))
            }
            #expect(published.seq == 1 && published.room == "p")
            let message = try ada.expect("task_created")
            #expect(message.user == nil && message.text.contains(#""data":\#(data)"#))
            #expect(message.messageID == published.messageID.description)
        }
    }

    @Test("types that no handler declares are unknown", arguments: ContractTransport.allCases)
    func unknown(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = (try house.connect("ada"), try house.connect("bob"))
            try ada.join("a")
            try bob.join("a")
            try ada.expect("user_online")
            #expect(try ada.ask("wave", in: "a", "{}").code == "unknown_type")
            try bob.expectNothing()
        }
    }

    @Test(
        "where the configuration allows it they pass to the room as they are",
        arguments: ContractTransport.allCases)
    func passing(_ transport: ContractTransport) async throws {
        try await withHouse(transport, { $0.rooms.passesCustomEvents = true }) { house in
            let (ada, bob) = (try house.connect("ada"), try house.connect("bob"))
            let reader = try house.connect("reader", rooms: "a=r")
            for client in [ada, bob, reader] { try client.join("a") }
            for client in [ada, bob, reader] { _ = try client.drain() }
            let ack = try ada.ask("wave", in: "a", #"{ "to" : "all" }"#)
            #expect(ack.data["seq"]?.int == 1)
            for client in [bob, reader] {
                let wave = try client.expect("wave")
                #expect(wave.seq == 1 && wave.text.contains(#""data":{ "to" : "all" }"#))
            }
            try ada.expect("wave")
            #expect(try ada.ask("wave", "{}").code == "malformed")
            #expect(try reader.ask("wave", in: "a", "{}").code == "forbidden")
            for type in ["two words", "connect", "ack", "room_joined", "user_online", "\u{E9}"] {
                #expect(try ada.ask(type, in: "a", "{}").code == "unknown_type", "\(type)")
            }
            for client in [ada, bob, reader] { try client.expectNothing() }
        }
    }
}
