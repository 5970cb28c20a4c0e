import Testing

@testable import Realtime

@Suite("Room seats")
struct RoomSeatsTests {
    private var seats = RoomSeats()

    private func room(_ number: Int) -> LocalRoom { LocalRoom(RoomID(stringLiteral: "room \(number)")) }

    @Test("a room is there from its insertion to its removal, with its place")
    mutating func one() {
        let room = room(1)
        #expect(!seats.contains(room.id))
        seats.insert(room, at: 7)
        #expect(seats.contains(room.id))
        #expect(seats.count == 1)
        let removed = seats.remove(room.id)
        #expect(removed?.room === room && removed?.place == 7)
        #expect(!seats.contains(room.id))
        #expect(seats.remove(room.id) == nil)
    }

    @Test("a place changes with its room's list")
    mutating func moved() {
        let room = room(1)
        seats.insert(room, at: 7)
        seats.move(room, to: 3)
        seats.move(self.room(2), to: 5)
        #expect(seats.remove(room.id)?.place == 3)
    }

    @Test("few or many, it knows the same as a dictionary", arguments: [1, 2, 3] as [UInt64])
    mutating func model(seed: UInt64) {
        var numbers = SeededGenerator(seed: seed)
        let rooms = (0..<40).map { room($0) }
        var model: [RoomID: Int] = [:]
        for _ in 0..<4_000 {
            // Now above the bound between the two forms, now below it.
            let room = rooms[Int.random(in: 0..<40, using: &numbers)]
            let place = Int.random(in: 0..<1_000, using: &numbers)
            switch Int.random(in: 0..<4, using: &numbers) {
            case 0, 1:
                guard model[room.id] == nil else { continue }
                seats.insert(room, at: place)
                model[room.id] = place
            case 2:
                seats.move(room, to: place)
                if model[room.id] != nil { model[room.id] = place }
            default:
                let removed = seats.remove(room.id)
                #expect(removed?.place == model[room.id])
                #expect(removed.map { $0.room === room } ?? true)
                model[room.id] = nil
            }
            #expect(seats.count == model.count)
        }
        #expect(Set(seats.rooms) == Set(model.keys))
        for room in rooms { #expect(seats.contains(room.id) == (model[room.id] != nil)) }
    }
}
