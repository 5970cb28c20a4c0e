import Testing

@testable import Realtime

/// 500 users with two devices each come, go, are cut off and come back, on two loops, and somebody watches.
@Suite("Presence, through the hub, against a model", .timeLimit(.minutes(10)))
struct PresenceStormTests {
    private static let rooms = (0..<60).map { RoomID(stringLiteral: "room \($0)") }
    private static let grace: Duration = .seconds(5)

    @Test(
        "10,000 random joins, leaves, cuts and reconnects: members and events are the model's",
        arguments: [1] as [UInt64])
    func storm(seed: UInt64) async throws {
        let time = ManualTime()
        try await withHouse(
            .memory, time: time,
            {
                $0.rates = .none
                $0.presence.grace = Self.grace
            }
        ) { house in
            let storm = try Storm(try #require(house as? MemoryHouse), time, seed: seed)
            try storm.run(10_000)
            try storm.check()
            try storm.end()
        }
    }

    private final class Storm {
        private let house: MemoryHouse
        private let time: ManualTime
        private var numbers: SeededGenerator
        private var model = PresenceReference(grace: PresenceStormTests.grace)
        private var devices: [StormDevice] = []
        private let watcher: ContractClient
        private let changes = Locked<[PresenceReference.Event: [String]]>([:])
        private var done: [String: Int] = [:]

        init(_ house: MemoryHouse, _ time: ManualTime, seed: UInt64) throws {
            self.house = house
            self.time = time
            numbers = SeededGenerator(seed: seed)
            watcher = try house.connect("watcher")
            for room in PresenceStormTests.rooms { watcher.say("join_room", in: room.string) }
            #expect(try watcher.drain().count == PresenceStormTests.rooms.count)
            house.hub.whenPresenceChanges = { [changes] change in
                let event = PresenceReference.Event(room: nil, user: change.user)
                changes.withLock { $0[event, default: []].append(change.isOnline ? "online" : "offline") }
            }
            for user in 0..<500 {
                for device in ["phone", "desk"] {
                    let (user, device) = (
                        UserID(stringLiteral: "user \(user)"), DeviceID(stringLiteral: device)
                    )
                    let token = try house.token(user, rooms: "*=rw", device: device)
                    devices.append(StormDevice(user: user, device: device, token: token))
                }
            }
        }

        /// Does so many things, in gusts in which each user does one at most: who of them is first makes no
        /// difference then, and within a gust all loops are busy at once.
        func run(_ count: Int) throws {
            var left = count
            while left > 0 {
                let users = (0..<500).shuffled(using: &numbers).prefix(min(left, 50))
                for user in users { try act(2 * user + Int.random(in: 0...1, using: &numbers)) }
                left -= users.count
                try house.settle()
                try pass(.milliseconds(Int64.random(in: 0...600, using: &numbers)))
            }
        }

        private func act(_ index: Int) throws {
            let (user, device) = (devices[index].user, devices[index].device)
            guard let link = devices[index].link else {
                devices[index].link = try house.link(token: devices[index].token, on: nil, listens: false)
                model.connect(user, device)
                done["connect", default: 0] += 1
                return
            }
            switch Int.random(in: 0..<10, using: &numbers) {
            case 0..<2:
                link.cut()
                model.cut(user, device, in: devices[index].rooms)
                devices[index].rooms = []
                devices[index].link = nil
                done["cut", default: 0] += 1
            case 2..<5:
                guard let room = devices[index].rooms.randomElement(using: &numbers) else { fallthrough }
                link.say("leave_room", in: room)
                devices[index].rooms.remove(room)
                model.leave(user, device, room)
                done["leave", default: 0] += 1
            default:
                guard let room = PresenceStormTests.rooms.randomElement(using: &numbers) else { return }
                link.say("join_room", in: room)
                devices[index].rooms.insert(room)
                model.join(user, device, room)
                done["join", default: 0] += 1
            }
        }

        /// Lets time go on, and does at once what timers would do by then.
        private func pass(_ duration: Duration) throws {
            time.advance(by: duration)
            model.pass(duration)
            for loop in 0..<house.hub.loopCount { try house.onLoop(loop) { $0.expireAll() } }
            try house.settle()
        }

        /// The members of a room as the server knows them, without the watcher.
        private func members(of room: RoomID) throws -> [UserID: Int] {
            let counts = try house.onLoop(house.hub.home(of: room)) { shard in
                shard.room(room)?.read { room in
                    var counts: [UserID: Int] = [:]
                    room.forEachMember { counts[$0.user] = $0.devices.deviceCount }
                    return counts
                }
            }
            return (counts ?? [:]).filter { $0.key != "watcher" }
        }

        func check() throws {
            for room in PresenceStormTests.rooms {
                let (members, expected) = (try members(of: room), model.devices(in: room))
                #expect(members == expected, "\(room)")
            }
            var users: [UserID: Int] = [:]
            for loop in 0..<house.hub.loopCount {
                let here = try house.onLoop(loop) { shard in
                    shard.users.mapValues { $0.presence.deviceCount }.filter { $0.value > 0 }
                }
                users.merge(here) { $0 + $1 }
            }
            users["watcher"] = nil
            #expect(users == model.devices(in: nil))
            try checkEvents()
            // It was a storm.
            #expect(done.count == 4 && done.values.allSatisfy { $0 > 1_000 }, "\(done)")
            #expect(model.told.values.contains { $0.count > 4 })
        }

        private func checkEvents() throws {
            var told = changes.withLock { $0 }
            for message in try watcher.drain() {
                guard let room = message.room.flatMap({ RoomID($0) }), let user = message.user,
                    message.type == "user_online" || message.type == "user_offline"
                else {
                    Issue.record("unexpected: \(message.text)")
                    continue
                }
                let isOnline = message.type == "user_online"
                #expect(message.data["devices"]?.int == (isOnline ? 1 : 0))
                let event = PresenceReference.Event(room: room, user: UserID(stringLiteral: user))
                told[event, default: []].append(isOnline ? "online" : "offline")
            }
            let differing = Set(told.keys).union(model.told.keys).filter { told[$0] != model.told[$0] }
            for event in differing.prefix(5) {
                Issue.record(
                    "\(event): \(told[event] ?? []) instead of \(model.told[event] ?? [])")
            }
        }

        /// Everybody goes, and nothing of them is left.
        func end() throws {
            for index in devices.indices {
                devices[index].link?.cut()
                model.cut(devices[index].user, devices[index].device, in: devices[index].rooms)
            }
            try house.settle()
            try pass(PresenceStormTests.grace)
            for room in PresenceStormTests.rooms { #expect(try members(of: room).isEmpty) }
            let left = try (0..<house.hub.loopCount).map { loop in
                try house.onLoop(loop) { (receivers: $0.receivers.count, users: $0.users.count) }
            }
            #expect(left.reduce(0) { $0 + $1.receivers } == 1)
            #expect(left.reduce(0) { $0 + $1.users } == 1)
        }
    }
}

extension MemoryLink {
    fileprivate func say(_ type: String, in room: RoomID) {
        send(Array(ContractClient.envelope(type, room.string, nil, nil, id: nil).utf8), as: .text)
    }
}
