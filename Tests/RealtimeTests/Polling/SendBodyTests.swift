import Testing

@testable import Realtime

@Suite("What a send says")
struct SendBodyTests {
    private func read(_ body: String, maxMessage: Int = 1_000) throws(RealtimeError) -> [SendBody.Item] {
        try SendBody(Array(body.utf8), maxMessage: maxMessage).items
    }

    /// Each item in short: its id where it can be handled, else its code and id.
    private func outline(_ items: [SendBody.Item]) -> [String] {
        items.map { item in
            switch item {
            case .envelope(_, let id): id?.string ?? "-"
            case .refused(let error, let id): "\(error.code.rawValue) \(id?.string ?? "-")"
            }
        }
    }

    @Test("one envelope, or several in their order")
    func wellFormed() throws {
        #expect(outline(try read(#" {"type":"ping","message_id":"a"} "#)) == ["a"])
        #expect(outline(try read(#"[{"type":"ping","message_id":"a"},{"type":"ping"}]"#)) == ["a", "-"])
        #expect(try read("[]").isEmpty)
    }

    @Test("an envelope is taken as it stands there")
    func text() throws {
        let items = try read(#"[ {"type":"note" , "data": {"a":[1, 2]}} ]"#)
        guard case .envelope(let text, nil) = items.first else {
            Issue.record("no envelope")
            return
        }
        #expect(text.withUnsafeBytes { $0.elementsEqual(#"{"type":"note" , "data": {"a":[1, 2]}}"#.utf8) })
    }

    @Test("what is wrong with one is said in its place, with its id where it has one")
    func mixed() throws {
        let body = #"[1,{"message_id":"a"},{"type":"ping"},{"type":7,"message_id":"b"},"x",null,[]]"#
        #expect(
            outline(try read(body)) == [
                "malformed -", "malformed a", "-", "malformed b", "malformed -", "malformed -", "malformed -",
            ])
    }

    @Test("one that is too long is too large, and the others are not")
    func tooLarge() throws {
        let long = #"{"type":"note","message_id":"a","data":"\#(String(repeating: "x", count: 200))"}"#
        #expect(outline(try read("[\(long),{\"type\":\"ping\"}]", maxMessage: 100)) == ["too_large a", "-"])
        #expect(outline(try read(long, maxMessage: long.utf8.count)) == ["a"])
    }

    @Test(
        "what is no JSON is refused as a whole",
        arguments: ["", "{", "[1,", "hello", #"{"type":"a"} x"#, "[{}{}]"])
    func noJSON(body: String) {
        let error = #expect(throws: RealtimeError.self) { try read(body) }
        #expect(error?.code == .malformed)
    }

    @Test("bytes that are no text are refused")
    func noText() {
        let body = Array(#"{"type":""#.utf8) + [0xFF] + Array(#""}"#.utf8)
        #expect(throws: RealtimeError.self) { try SendBody(body, maxMessage: 100) }
    }

    @Test("a hundred are taken, and not one more")
    func bounded() throws {
        let one = #"{"type":"ping"}"#
        func body(_ count: Int) -> String {
            "[" + Array(repeating: one, count: count).joined(separator: ",") + "]"
        }
        #expect(try read(body(100)).count == 100)
        let error = #expect(throws: RealtimeError.self) { try read(body(101)) }
        #expect(error?.code == .tooLarge)
    }

    @Test("an envelope may nest as deep in an array as alone")
    func depth() throws {
        let depth = InboundEnvelope.limits.depth - 1
        let deep = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        #expect(outline(try read(#"[{"type":"note","data":\#(deep)}]"#)) == ["-"])
    }

    @Test("an envelope without an id is given one and stays the same otherwise")
    func ownID() throws {
        let text = SharedBytes(" \t{\"type\":\"note\",\"data\":{\"message_id\":\"inner\"}}")
        let named = text.addingMessageID("own \"1\"")
        try named.withUnsafeBytes { bytes in
            let envelope = try InboundEnvelope(scanning: bytes)
            #expect(envelope.messageID == "own \"1\"")
            #expect(envelope.isOf(type: "note"))
            #expect(envelope.dataBytes.map { $0.elementsEqual(#"{"message_id":"inner"}"#.utf8) } == true)
        }
    }

    @Test(
        "an id that is null is replaced, and the others stay as they are",
        arguments: [
            #"{"message_id":null,"type":"note" , "data": [1, 2]}"#, #"{"type":"note","message_id":null}"#,
            #"{"type":"note","m\u0065ssage_id" : null,"room_id":null}"#,
        ])
    func nullID(text: String) throws {
        let items = try read("[\(text)]")
        guard case .envelope(let text, nil) = items.first else {
            Issue.record("no envelope without an id")
            return
        }
        try text.addingMessageID("own").withUnsafeBytes { bytes in
            let envelope = try InboundEnvelope(scanning: bytes)
            #expect(envelope.messageID == "own")
            #expect(envelope.isOf(type: "note"))
        }
    }
}
