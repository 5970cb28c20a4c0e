import Testing

@testable import Realtime

private let date = Timestamp(milliseconds: 1_767_323_045_678)

private func head(
    user: UserID? = nil, room: RoomID? = nil, recipient: UserID? = nil, seq: UInt64? = nil,
    replyTo: ClientMessageID? = nil
) -> EnvelopeHead {
    EnvelopeHead(
        messageID: MessageID(milliseconds: 1, count: 2, generator: 3), timestamp: date, user: user,
        room: room,
        recipient: recipient, seq: seq, replyTo: replyTo)
}

private func written(_ write: (inout ByteBuffer) -> Void) -> String {
    var buffer = ByteBuffer()
    write(&buffer)
    return String(decoding: buffer.unsafeBytes, as: UTF8.self)
}

/// What every message ends with here.
private let stamp = #""message_id":"msg_0000000001000000G000000003","timestamp":"2026-01-02T03:04:05.678Z""#

@Suite("Outbound envelope")
struct OutboundEnvelopeTests {
    @Test(
        "A relayed message has the client's type and data byte for byte, and the server's word about the rest"
    )
    func relayed() throws {
        let data = #"{ "b":1.50e+07 ,"a":"\u00e9\/😀" }"#
        let text = Array(#"{"type":"m\u0065ssage","data":\#(data),"message_id":"c","user_id":"liar"}"#.utf8)
        let sent = try withExactBytes(text) { bytes in
            let envelope = try InboundEnvelope(scanning: bytes)
            return written { buffer in
                buffer.appendEnvelope(
                    type: envelope.type.content(in: bytes),
                    head(
                        user: UserID("u"), room: RoomID("r\"é"), recipient: UserID("v"), seq: 7, replyTo: "c"),
                    data: envelope.dataBytes)
            }
        }
        #expect(
            sent == #"{"type":"m\u0065ssage","data":\#(data),\#(stamp),"user_id":"u","room_id":"r\"é","#
                + #""recipient_id":"v","seq":7,"reply_to":"c"}"#)
    }

    @Test("What is not there is left out")
    func least() {
        #expect(written { $0.appendEnvelope(type: "x", head()) } == #"{"type":"x",\#(stamp)}"#)
    }

    @Test("Whatever is sent is an envelope that can be read")
    func readable() throws {
        let text = written { buffer in
            buffer.appendEnvelope(type: "x", head(user: UserID("a\"\\b"), room: RoomID("😀"))) {
                $0.int("n", 1)
            }
        }
        let value = try JSONValue.parse(text)
        #expect(value["user_id"]?.string == "a\"\\b")
        #expect(value["room_id"]?.string == "😀")
        #expect(value["data"]?["n"]?.int == 1)
    }
}

@Suite("Answers")
struct AnswerTests {
    @Test("An ack names the client's own id, the place in the room, and what its type adds")
    func ack() throws {
        #expect(
            written { $0.appendAck(of: "c\"1", head()) }
                == #"{"type":"ack","data":{"message_id":"c\"1"},\#(stamp),"reply_to":"c\"1"}"#)
        let text = written { buffer in
            buffer.appendAck(of: "c1", seq: 12, head(room: RoomID("r"))) { $0.int("delivered", 0) }
        }
        #expect(
            text == #"{"type":"ack","data":{"message_id":"c1","seq":12,"delivered":0},\#(stamp),"#
                + #""room_id":"r","reply_to":"c1"}"#)
    }

    @Test("An error has a code, a sentence, and when to try again")
    func error() {
        #expect(
            written { $0.appendError(.forbidden, "no", head()) }
                == #"{"type":"error","data":{"code":"forbidden","message":"no"},\#(stamp)}"#)
        #expect(
            written { buffer in
                buffer.appendError(.rateLimited, "slow", head(), replyTo: "c", retryAfterMilliseconds: 40)
            }
                == #"{"type":"error","data":{"code":"rate_limited","message":"slow","retry_after_ms":40},"#
                + #"\#(stamp),"reply_to":"c"}"#)
    }

    @Test("A refused message's error answers it by its id")
    func refused() throws {
        let text = written { buffer in
            buffer.appendError(EnvelopeFailure(.missing, field: "type", messageID: "c1"), head())
        }
        let value = try JSONValue.parse(text)
        #expect(value["reply_to"]?.string == "c1")
        #expect(value["data"]?["code"]?.string == "malformed")
        #expect(value["data"]?["message"]?.string == "type is missing")
    }

    @Test("A ping is answered by pong, with reply_to if it had an id")
    func pong() {
        #expect(written { $0.appendPong(head()) } == #"{"type":"pong",\#(stamp)}"#)
        #expect(
            written { $0.appendPong(head(), replyTo: "p") } == #"{"type":"pong",\#(stamp),"reply_to":"p"}"#)
    }

    @Test("The codes are those of the wire contract")
    func codes() {
        #expect(
            ErrorCode.allCases.map(\.rawValue) == [
                "malformed", "unknown_type", "unauthenticated", "forbidden", "not_in_room", "room_not_found",
                "document_not_found", "conflict", "too_large", "rate_limited", "unavailable",
                "handler_failed",
                "internal", "not_found", "method_not_allowed",
            ])
    }
}

@Suite("Session messages")
struct SessionMessageTests {
    @Test("connect says who and where one is")
    func connect() throws {
        var ids = ConnectionIDGenerator(loop: 0, startingAt: 0)
        var greeting = ConnectGreeting(
            connection: ids.next(), user: "u", username: "Uma", device: DeviceID("d"),
            heartbeat: .seconds(25), tokenExpiresAt: date, serverName: "realtime", serverVersion: "1.2")
        let data = try JSONValue.parse(written { $0.appendConnect(greeting, head()) })["data"]
        #expect(
            data
                == .object([
                    .init("connection_id", .string("conn_0000000000001")), .init("user_id", .string("u")),
                    .init("username", .string("Uma")), .init("device_id", .string("d")),
                    .init("heartbeat_ms", .int(25_000)),
                    .init("token_expires_at", .string("2026-01-02T03:04:05.678Z")),
                    .init(
                        "server",
                        .object([.init("name", .string("realtime")), .init("version", .string("1.2"))])),
                    .init("protocol", .int(1)),
                ]))
        greeting.device = nil
        greeting.tokenExpiresAt = nil
        let bare = try JSONValue.parse(written { $0.appendConnect(greeting, head()) })["data"]
        #expect(bare?["device_id"] == .null)
        #expect(bare?["token_expires_at"] == nil)
    }

    @Test("token_expiring, disconnect and room_left have the fields of the contract")
    func others() throws {
        func data(_ write: (inout ByteBuffer) -> Void) throws -> (String?, JSONValue?) {
            let value = try JSONValue.parse(written(write))
            return (value["type"]?.string, value["data"])
        }
        let expiring = try data { $0.appendTokenExpiring(at: date, head()) }
        #expect(expiring.0 == "token_expiring")
        #expect(expiring.1 == .object([.init("expires_at", .string("2026-01-02T03:04:05.678Z"))]))
        let disconnect = try data {
            $0.appendDisconnect(closeCode: 4503, reason: "draining", retryAfter: .milliseconds(1500), head())
        }
        #expect(disconnect.0 == "disconnect")
        #expect(
            disconnect.1
                == .object([
                    .init("code", .int(4503)), .init("reason", .string("draining")),
                    .init("retry_after_ms", .int(1500)),
                ]))
        let left = try data { $0.appendRoomLeft("r", reason: "forbidden", head()) }
        #expect(left.0 == "room_left")
        #expect(left.1 == .object([.init("room_id", .string("r")), .init("reason", .string("forbidden"))]))
    }
}
