import Testing

@testable import Realtime

/// What an envelope says, as values that outlive its bytes.
private struct Seen: Equatable {
    var type: String
    var data: String?
    var messageID: String?
    var room: String?
    var recipient: String?
}

private func scanEnvelope(
    _ bytes: [UInt8], limits: JSONLimits = InboundEnvelope.limits
) -> Result<Seen, EnvelopeFailure> {
    withExactBytes(bytes) { text in
        do throws(EnvelopeFailure) {
            let envelope = try InboundEnvelope(scanning: text, limits: limits)
            return .success(
                Seen(
                    type: envelope.type.string(in: text) ?? "",
                    data: envelope.dataBytes.map { String(decoding: $0, as: UTF8.self) },
                    messageID: envelope.messageID?.string, room: envelope.roomID?.string,
                    recipient: envelope.recipientID?.string))
        } catch {
            return .failure(error)
        }
    }
}

private func scanEnvelope(_ text: String) -> Result<Seen, EnvelopeFailure> {
    scanEnvelope(Array(text.utf8))
}

private func refusal(_ text: String) -> EnvelopeFailure? {
    if case .failure(let failure) = scanEnvelope(text) { failure } else { nil }
}

@Suite("Inbound envelope")
struct InboundEnvelopeTests {
    @Test("Every member is found, in any order, with any white space")
    func members() {
        let seen = Seen(type: "message", data: "[1, 2]", messageID: "c1", room: "r", recipient: "u")
        #expect(
            scanEnvelope(
                #"{"type":"message","data":[1, 2],"message_id":"c1","room_id":"r","recipient_id":"u"}"#)
                == .success(seen))
        #expect(
            scanEnvelope(
                " { \"recipient_id\" : \"u\",\n\"room_id\":\"r\" ,\t\"message_id\":\"c1\", \"data\": [1, 2] ,"
                    + "\"type\":\"message\" } ") == .success(seen))
    }

    @Test("A type is enough")
    func typeAlone() {
        #expect(scanEnvelope(#"{"type":"ping"}"#) == .success(Seen(type: "ping")))
    }

    @Test("Unknown keys, timestamp and user_id are ignored, whatever they hold")
    func ignored() {
        #expect(
            scanEnvelope(
                #"{"type":"ping","timestamp":7,"user_id":{"a":[]},"seq":"x","reply_to":null,"other":[[]]}"#)
                == .success(Seen(type: "ping")))
    }

    @Test("An id that is null is not there; data that is null is null")
    func nulls() {
        #expect(
            scanEnvelope(#"{"type":"a","message_id":null,"room_id":null,"recipient_id":null,"data":null}"#)
                == .success(Seen(type: "a", data: "null")))
    }

    @Test("Keys and values may be escaped")
    func escapes() {
        #expect(
            scanEnvelope(#"{"\u0074ype":"pin\u0067","message_id":"\ud83d\ude00","room_id":"\u00e9"}"#)
                == .success(Seen(type: "ping", messageID: "😀", room: "é")))
    }

    @Test(
        "data is found byte for byte",
        arguments: [
            "null", "true", "-1.50e+07", #""\u00e9\/""#, "[ ]", "{ \"b\" : 1 ,\n \"a\":{} }",
            #"{"a":"\ud83d\ude00 😀"}"#, "123456789012345678901234567890",
        ])
    func relayed(data: String) {
        #expect(
            scanEnvelope(#"{"type":"message","data":"# + data + #","room_id":"r"}"#)
                == .success(Seen(type: "message", data: data, room: "r")))
    }
}

@Suite("Inbound envelope, refused")
struct InboundEnvelopeRefusalTests {
    @Test(
        "A bad value is malformed, and the sentence names the field",
        arguments: [
            ("type", #"{"data":{}}"#),
            ("type", #"{"type":""}"#),
            ("type", #"{"type":null}"#),
            ("type", #"{"type":5}"#),
            ("type", #"{"type":["ping"]}"#),
            ("message_id", #"{"type":"a","message_id":""}"#),
            ("message_id", #"{"type":"a","message_id":1}"#),
            ("message_id", #"{"type":"a","message_id":{}}"#),
            ("room_id", #"{"type":"a","room_id":""}"#),
            ("room_id", #"{"type":"a","room_id":false}"#),
            ("room_id", #"{"type":"a","room_id":["r"]}"#),
            ("room_id", #"{"type":"a","room_id":"a\u0007b"}"#),
            ("recipient_id", #"{"type":"a","recipient_id":""}"#),
            ("recipient_id", #"{"type":"a","recipient_id":12}"#),
            ("recipient_id", #"{"type":"a","recipient_id":"\u0000"}"#),
        ])
    func namesTheField(field: String, text: String) {
        let failure = refusal(text)
        #expect(failure?.code == .malformed)
        #expect(failure?.field?.description == field)
        #expect(failure?.sentence.hasPrefix(field + " ") == true)
    }

    @Test("A message_id has 1 to 64 characters, whatever they are made of")
    func messageIDLength() {
        for character in ["a", "é", "😀", #"\u00e9"#, #"\ud83d\ude00"#] {
            let longest = String(repeating: character, count: 64)
            #expect(refusal(#"{"type":"a","message_id":"\#(longest)"}"#) == nil)
            #expect(refusal(#"{"type":"a","message_id":"\#(longest + character)"}"#)?.field == "message_id")
        }
    }

    @Test("Ids are bounded at 256 bytes")
    func idLength() {
        let longest = String(repeating: "x", count: 256)
        for field in ["room_id", "recipient_id"] {
            #expect(refusal(#"{"type":"a","\#(field)":"\#(longest)"}"#) == nil)
            #expect(refusal(#"{"type":"a","\#(field)":"\#(longest)x"}"#)?.field?.description == field)
        }
    }

    @Test(
        "What is not one JSON object is malformed",
        arguments: [
            "", " ", "null", "[]", "\"ping\"", "17", "{", #"{"type""#, #"{"type":"a"} x"#, #"{"type":"a",}"#,
            #"{"type":"a","type":"b"}"#, #"{"type":"a","x":1,"x":2}"#, #"{"type":"a","data":{"x":1,"x":2}}"#,
            #"{"type":"a","\u0074ype":"b"}"#, #"{"type":"a","data":01}"#, #"{"type":"a","data":"\ud800"}"#,
            #"{'type':'a'}"#, #"{"type":"a"}{"type":"b"}"#, "{\"type\":\"a\nb\"}",
            #"{"type":"a","data":NaN}"#,
        ])
    func notJSON(text: String) {
        let failure = refusal(text)
        #expect(failure?.code == .malformed)
        #expect(failure?.field == nil)
        #expect(failure?.sentence.hasPrefix("the message is not accepted: ") == true)
    }

    @Test("Bytes that are no UTF-8 are malformed")
    func notUTF8() {
        let start = Array(#"{"type":"a","data":""#.utf8)
        let end = Array(#""}"#.utf8)
        for bad in [[0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80]] as [[UInt8]] {
            guard case .failure(let failure) = scanEnvelope(start + bad + end) else {
                Issue.record("\(bad) was accepted")
                continue
            }
            #expect(failure.code == .malformed)
        }
    }

    @Test("Nested deeper than 64 is malformed; 64 is not")
    func depth() {
        func nested(_ depth: Int) -> String {
            #"{"type":"a","data":"# + String(repeating: "[", count: depth)
                + String(repeating: "]", count: depth)
                + "}"
        }
        #expect(refusal(nested(63)) == nil)
        #expect(refusal(nested(64))?.code == .malformed)
        #expect(refusal(nested(100_000))?.code == .malformed)
    }

    @Test("Too many bytes, members or digits are too_large")
    func tooLarge() {
        let limits = JSONLimits(depth: 8, bytes: 60, members: 3, numberLength: 10)
        for text in [
            #"{"type":"a","data":""# + String(repeating: "x", count: 60) + #""}"#,
            #"{"type":"a","b":1,"c":2,"d":3}"#, #"{"type":"a","data":12345678901}"#,
        ] {
            guard case .failure(let failure) = scanEnvelope(Array(text.utf8), limits: limits) else {
                Issue.record("\(text) was accepted")
                continue
            }
            #expect(failure.code == .tooLarge)
        }
    }

    @Test("The message_id is in the refusal, wherever it stands")
    func refusalCarriesTheID() {
        #expect(refusal(#"{"type":5,"message_id":"c1"}"#)?.messageID == "c1")
        #expect(refusal(#"{"message_id":"c1","type":5}"#)?.messageID == "c1")
        #expect(refusal(#"{"message_id":"c1"}"#)?.messageID == "c1")
        #expect(refusal(#"{"message_id":"c1","type":"a","data":{"x":1,"x":2}}"#)?.messageID == "c1")
        #expect(refusal(#"{"type":5,"message_id":7}"#)?.messageID == nil)
    }

    @Test("Of several things that are wrong the first is named")
    func firstFailure() {
        #expect(refusal(#"{"room_id":1,"type":2,"message_id":3}"#)?.field == "room_id")
    }
}

@Suite("Inbound envelope, hostile")
struct InboundEnvelopeHostileTests {
    private let whole = Array(
        #"{"type":"chat_message","data":{"content":"a\u00e9 😀","n":[1.5e3,-0,true]},"message_id":"c-1","room_id":"r","recipient_id":"u"}"#
            .utf8)

    @Test("Cut off at any byte it is malformed and nothing outside is read")
    func truncated() {
        for end in 0..<whole.count {
            guard case .failure(let failure) = scanEnvelope(Array(whole[..<end])) else {
                Issue.record("accepted at \(end) bytes")
                continue
            }
            #expect(failure.code == .malformed)
        }
    }

    @Test("With any byte changed it is refused with a sentence, or what it says is allowed")
    func mutated() {
        var accepted = 0
        for place in whole.indices {
            for byte in [0x00, 0x1F, 0x22, 0x2C, 0x30, 0x3A, 0x5C, 0x5D, 0x61, 0x7B, 0x7D, 0x7F, 0x80, 0xFF]
                as [UInt8]
            {
                var mutant = whole
                mutant[place] = byte
                switch scanEnvelope(mutant) {
                case .failure(let failure): #expect(!failure.sentence.isEmpty)
                case .success(let seen):
                    accepted += 1
                    #expect(!seen.type.isEmpty)
                    #expect(seen.room.map { RoomID($0) != nil } ?? true)
                    #expect(seen.messageID.map { (1...64).contains($0.unicodeScalars.count) } ?? true)
                }
            }
        }
        #expect(accepted > 100)
    }

    @Test("Any bytes are refused or say something, and nothing outside is read")
    func random() {
        var numbers = SeededGenerator(seed: 3)
        let pieces = [
            "{", "}", "[", "]", ":", ",", "\"", "\\", "\"type\"", "\"data\"", "\"message_id\"", "\"room_id\"",
            "null",
            "1", "e", "\"a\"", "\\u00", "é", " ",
        ]
        for _ in 0..<20_000 {
            var text = "{\"type\":\"a\","
            for _ in 0..<Int.random(in: 0..<12, using: &numbers) {
                text += pieces[Int.random(in: pieces.indices, using: &numbers)]
            }
            if case .success(let seen) = scanEnvelope(text + "}") { #expect(seen.type == "a") }
        }
    }
}
