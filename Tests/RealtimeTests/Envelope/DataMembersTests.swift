import Testing

@testable import Realtime

/// Reads from the data of a message that is otherwise in order.
private func reading<Result>(
    _ data: String, roomID: String? = nil,
    _ body: (InboundEnvelope, borrowing DataMembers) throws(EnvelopeFailure) -> Result
) throws(EnvelopeFailure) -> Result {
    let room = roomID.map { #","room_id":"\#($0)""# } ?? ""
    let text = Array(#"{"type":"a","data":\#(data)\#(room)}"#.utf8)
    return try withExactBytes(text) { bytes in
        Swift.Result { () throws(EnvelopeFailure) in
            let envelope = try InboundEnvelope(scanning: bytes)
            return try body(envelope, try envelope.dataMembers())
        }
    }.get()
}

private func refusal<Result>(
    _ data: String, roomID: String? = nil,
    _ body: (InboundEnvelope, borrowing DataMembers) throws(EnvelopeFailure) -> Result
) -> EnvelopeFailure? {
    do throws(EnvelopeFailure) {
        _ = try reading(data, roomID: roomID, body)
        return nil
    } catch {
        return error
    }
}

@Suite("Members of data")
struct DataMembersTests {
    @Test("Members are read by name and kind")
    func kinds() throws {
        let data =
            #"{"s":"t\u00e9xt","b":false,"i":-17,"d":2.5,"seq":9,"room_id":"r","n":null,"o":{"x":"y"}}"#
        try reading(data) { _, data throws(EnvelopeFailure) in
            #expect(try data.string("s") == "téxt")
            #expect(try data.bool("b") == false)
            #expect(try data.integer("i") == -17)
            #expect(try data.double("d") == 2.5)
            #expect(try data.double("i") == -17)
            #expect(try data.sequence("seq") == 9)
            #expect(try data.identifier("room_id") == RoomID("r"))
            #expect(try data.string("n") == nil)
            #expect(try data.string("absent") == nil)
            #expect(data.bytes("n").map { String(decoding: $0, as: UTF8.self) } == "null")
            #expect(data.bytes("o").map { String(decoding: $0, as: UTF8.self) } == #"{"x":"y"}"#)
            guard let inner = try data.object("o") else {
                Issue.record("no object")
                return
            }
            #expect(try inner.string("x") == "y")
        }
    }

    @Test("A member of another kind is malformed and named")
    func wrongKinds() {
        let data = #"{"m":[],"id":"a\u0000"}"#
        #expect(
            refusal(data) { _, data throws(EnvelopeFailure) in try data.string("m") }?.sentence
                == "m must be a string")
        #expect(
            refusal(data) { _, data throws(EnvelopeFailure) in try data.bool("m") }?.sentence
                == "m must be true or false")
        #expect(
            refusal(data) { _, data throws(EnvelopeFailure) in try data.integer("m") }?.sentence
                == "m must be a whole number")
        #expect(
            refusal(data) { _, data throws(EnvelopeFailure) in try data.double("m") }?.sentence
                == "m must be a number")
        #expect(
            refusal(data) { _, data throws(EnvelopeFailure) in _ = try data.object("m") }?.sentence
                == "m must be an object")
        #expect(
            refusal(data) { _, data throws(EnvelopeFailure) in try data.identifier("id") as UserID? }?.field
                == "id")
    }

    @Test(
        "A position is whole and not negative",
        arguments: ["-1", "1.0", "1e3", "99999999999999999999", #""1""#])
    func positions(number: String) {
        let failure = refusal(#"{"seq":\#(number)}"#) { _, data throws(EnvelopeFailure) in
            try data.sequence("seq")
        }
        #expect(failure?.code == .malformed)
        #expect(failure?.field == "seq")
    }

    @Test("data may be absent or null: then it has no members")
    func absent() throws {
        #expect(try reading("null") { _, data throws(EnvelopeFailure) in try data.string("x") } == nil)
    }

    @Test("data of another kind has no members to ask for", arguments: ["[]", "1", "\"x\"", "true"])
    func notAnObject(data: String) {
        #expect(refusal(data) { _, _ in }?.sentence == "data must be an object")
    }

    @Test("Any number of members can be asked for")
    func many() throws {
        let members = (0..<100).map { #""k\#($0)":\#($0)"# }.joined(separator: ",")
        try reading("{\(members)}") { _, data throws(EnvelopeFailure) in
            #expect(try data.integer("k0") == 0)
            #expect(try data.integer("k15") == 15)
            #expect(try data.integer("k16") == 16)
            #expect(try data.integer("k99") == 99)
            #expect(try data.integer("k100") == nil)
        }
    }

    @Test("A room may be named in data, in the envelope, or the same one in both")
    func room() throws {
        let both = { (envelope: InboundEnvelope, data: borrowing DataMembers) throws(EnvelopeFailure) in
            try envelope.roomID(orIn: data)
        }
        #expect(try reading("{}", both) == nil)
        #expect(try reading(#"{"room_id":"r"}"#, both) == RoomID("r"))
        #expect(try reading("{}", roomID: "r", both) == RoomID("r"))
        #expect(try reading(#"{"room_id":"r"}"#, roomID: "r", both) == RoomID("r"))
        let failure = refusal(#"{"room_id":"r"}"#, roomID: "other", both)
        #expect(failure?.code == .malformed)
        #expect(failure?.sentence == "room_id in data is another than in the envelope")
    }
}
