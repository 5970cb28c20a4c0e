import Testing

@testable import Realtime

@Suite("Held envelopes")
struct HeldEnvelopeTests {
    private let head = EnvelopeHead(
        messageID: MessageID(milliseconds: 7, count: 1, generator: 2),
        timestamp: Timestamp(milliseconds: 1_767_323_045_678))

    private func held(_ write: (inout ByteBuffer) -> Void) -> HeldEnvelope? {
        var json = ByteBuffer()
        write(&json)
        return HeldEnvelope(json.unsafeBytes)
    }

    @Test("it knows what has to be known to find it again")
    func members() throws {
        let ack = try #require(held { $0.appendAck(of: "mine", seq: 3, head) })
        #expect(ack.messageID == head.messageID)
        #expect(ack.timestamp == head.timestamp)
        #expect(ack.replyTo == "mine")
        #expect(ack.kind == .other)
        #expect(ack.isAlive(at: .latest))
    }

    @Test("what is shared with others is shared, and its text is the frame's")
    func frame() throws {
        var json = ByteBuffer()
        json.appendPong(head, replyTo: "é")
        let frame = BroadcastFrame(WebSocketFrame.shared(.text, json.unsafeBytes))
        let event = try #require(HeldEnvelope(frame))
        #expect(event.replyTo == "é")
        #expect(event.byteCount == json.count)
        event.withText { #expect($0.elementsEqual(json.array)) }
        event.withText { text in
            frame.plain.withUnsafeBytes { whole in
                #expect(text.baseAddress == whole.baseAddress.map { $0 + (whole.count - text.count) })
            }
        }
    }

    @Test("a notification is known by its id, and not handed out after its time")
    func notification() throws {
        let expiry = Timestamp(milliseconds: 1_767_323_046_000)
        let event = try #require(
            held {
                $0.appendEnvelope(type: "system_notification", head) { data in
                    data.string("notification_id", "ntf_1")
                    data.string("expires_at", expiry.description)
                }
            })
        #expect(event.kind == .notification(id: ExactText("ntf_1"), expiresAt: expiry))
        #expect(event.isAlive(at: Timestamp(milliseconds: expiry.milliseconds - 1)))
        #expect(!event.isAlive(at: expiry))
    }

    @Test("words of the server are told apart", arguments: ["connect", "disconnect", "message"])
    func kinds(type: String) throws {
        let event = try #require(
            held { json in ExactText(type).withUTF8 { json.appendEnvelope(type: $0, head, data: nil) } })
        #expect(event.kind == (type == "connect" ? .connect : type == "disconnect" ? .disconnect : .other))
    }

    @Test("members of data are not taken for the envelope's")
    func inner() throws {
        let event = try #require(
            held {
                $0.appendEnvelope(type: "note", head) { data in
                    data.string("type", "connect")
                    data.string("message_id", "x")
                    data.string("reply_to", "y")
                }
            })
        #expect(event.kind == .other)
        #expect(event.messageID == head.messageID)
        #expect(event.replyTo == nil)
    }

    @Test("what is no message of the server is none", arguments: ["", "[]", "{}", #"{"type":"a"}"#, "{"])
    func none(text: String) {
        #expect(held { $0.append(text) } == nil)
    }
}
