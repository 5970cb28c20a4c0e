import Testing

@testable import Realtime

/// Clients are cut off at random while others publish: each ends with every message once, in order, or was told to
/// start over.
@Suite("Contract: order and resume under cuts", .timeLimit(.minutes(10)))
struct ResumeStormTests {
    private struct Size {
        var readers: Int
        var publishers: Int
        var steps: Int
        /// How many messages a room keeps: few enough that some come back too late.
        var history: Int
    }

    @Test("100 clients cut at random while 20 publish", arguments: [1] as [UInt64])
    func memory(seed: UInt64) async throws {
        try await storm(.memory, Size(readers: 100, publishers: 20, steps: 2_000, history: 50), seed)
    }

    @Test("the same over sockets that are reset", arguments: [3] as [UInt64])
    func sockets(seed: UInt64) async throws {
        try await storm(.webSocket, Size(readers: 24, publishers: 6, steps: 600, history: 15), seed)
    }

    private func storm(_ transport: ContractTransport, _ size: Size, _ seed: UInt64) async throws {
        try await withHouse(
            transport,
            {
                $0.rates = .none
                $0.rooms.historyCount = size.history
            }
        ) { house in
            var numbers = SeededGenerator(seed: seed)
            let log = StormLog()
            let readers = (0..<size.readers).map { Reader($0, house, log) }
            let publishers = try (0..<size.publishers).map { index in
                try house.connect(UserID(stringLiteral: "publisher \(index)"), rooms: "*=w")
            }
            for reader in readers { try reader.connect() }
            var published = 0
            for _ in 0..<size.steps {
                if Bool.random(using: &numbers) {
                    let publisher = publishers[Int.random(in: 0..<publishers.count, using: &numbers)]
                    let room = Reader.rooms[Int.random(in: 0..<Reader.rooms.count, using: &numbers)]
                    for _ in 0..<Int.random(in: 1...3, using: &numbers) {
                        published += 1
                        publisher.say("message", in: room, "\(published)")
                    }
                } else {
                    let reader = readers[Int.random(in: 0..<readers.count, using: &numbers)]
                    if reader.isConnected {
                        // What came last was still on its way when the line broke.
                        try reader.cut(losing: Int.random(in: 0...3, using: &numbers))
                    } else {
                        try reader.connect()
                    }
                }
            }
            for publisher in publishers {
                let answers = try publisher.collect()
                #expect(answers.isEmpty)
            }
            for reader in readers where !reader.isConnected { try reader.connect() }
            try house.settle()
            var total = 0
            for room in Reader.rooms {
                let id = RoomID(stringLiteral: room)
                let last = try house.onLoop(house.hub.home(of: id)) { $0.room(id)?.read { $0.position.seq } }
                for reader in readers {
                    try reader.takeIn()
                    #expect(reader.positions[room]?.seq == Int(last ?? 0))
                }
                total += Int(last ?? 0)
            }
            #expect(total == published)
            #expect(log.recovered > size.steps / 4)
            #expect(log.startedOver > 10)
        }
    }
}

/// What all readers have seen together.
private final class StormLog {
    /// What the message with this number was, for everybody.
    private var contents: [String: JSONValue] = [:]
    var recovered = 0
    var startedOver = 0

    func note(_ room: String, _ seq: Int, _ data: JSONValue) {
        let key = "\(room) \(seq)"
        if let known = contents[key] {
            #expect(known == data, "\(key)")
        } else {
            contents[key] = data
        }
    }
}

/// A client that keeps count of what it has had, and says so when it comes back.
private final class Reader {
    static let rooms = ["a", "b", "c"]

    /// Few users with many devices: who is in a room is not what is looked at here.
    private let user: UserID
    private let device: DeviceID
    private let house: ContractHouse
    private let log: StormLog
    private var client: ContractClient?
    private(set) var positions: [String: (epoch: String, seq: Int)] = [:]
    /// Rooms whose answer to the join has yet to come.
    private var awaited: Set<String> = []

    init(_ number: Int, _ house: ContractHouse, _ log: StormLog) {
        user = UserID(stringLiteral: "reader \(number % 10)")
        device = DeviceID(stringLiteral: "device \(number)")
        self.house = house
        self.log = log
    }

    var isConnected: Bool { client != nil }

    func connect() throws {
        let client = try house.connect(user, rooms: "*=r", device: device)
        for room in Self.rooms {
            let since = positions[room].map { #"{"since":{"epoch":"\#($0.epoch)","seq":\#($0.seq)}}"# }
            client.say("join_room", in: room, since)
        }
        awaited = Set(Self.rooms)
        self.client = client
    }

    /// The line breaks; the last messages that were sent never came.
    func cut(losing count: Int) throws {
        try takeIn(losing: count)
        client?.link.cut()
        client = nil
    }

    func takeIn(losing count: Int = 0) throws {
        guard let client else { return }
        for message in try client.collect().dropLast(count) { take(message) }
    }

    private func take(_ message: ContractMessage) {
        let room = message.room ?? ""
        switch message.type {
        case "room_joined":
            #expect(awaited.remove(room) != nil)
            let position = message.data["position"]
            let (epoch, seq) = (position?["epoch"]?.string ?? "", position?["seq"]?.int ?? -1)
            if message.data["recovered"]?.bool == true {
                log.recovered += 1
                #expect(positions[room]?.epoch == epoch && positions[room]?.seq ?? .max <= seq)
            } else {
                if positions[room] != nil { log.startedOver += 1 }
                positions[room] = (epoch, seq)
            }
        case "message":
            #expect(!awaited.contains(room), "a message before the answer to the join")
            let expected = (positions[room]?.seq ?? -1) + 1
            #expect(message.seq == expected, "\(user) on \(device) in \(room)")
            log.note(room, message.seq ?? 0, message.data)
            positions[room]?.seq = message.seq ?? 0
        case "user_online", "user_offline":
            break
        default:
            Issue.record("unexpected: \(message.text)")
        }
    }
}
