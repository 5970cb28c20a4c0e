/// A message of the server that is kept for a client who will come and ask for it: the text, and what has to be known
/// to find it again.
struct HeldEnvelope: Sendable {
    /// What is done with some types and not with others.
    enum Kind: Equatable, Sendable {
        case connect
        /// A notification: its id as it stands there, and until when it may be sent.
        case notification(id: ExactText, expiresAt: Timestamp?)
        case disconnect
        case other
    }

    let messageID: MessageID
    let timestamp: Timestamp
    /// The client's message that it answers.
    let replyTo: ClientMessageID?
    let kind: Kind
    /// The memory that the text lies in, which others may hold too.
    private let bytes: SharedBytes
    /// Where the text begins: in front of it may stand the head of a frame.
    private let start: Int

    /// What is said between servers and clients fits into these by far; it was bounded before it came here.
    private static let limits = JSONLimits(
        depth: 256, bytes: 1 << 31, members: 1 << 20, numberLength: 1 << 20)

    /// Takes in a message that nobody else gets. Nil for what is no message of the server.
    init?(_ text: UnsafeRawBufferPointer) {
        self.init(SharedBytes(text), from: 0)
    }

    /// Takes in a message that others get too, by reference to the frame that they share.
    init?(_ frame: BroadcastFrame) {
        let start = frame.plain.withUnsafeBytes { $0.count - WebSocketFrame.payload(of: $0).count }
        self.init(frame.plain, from: start)
    }

    private init?(_ bytes: SharedBytes, from start: Int) {
        let found = bytes.withUnsafeBytes {
            Members(scanning: UnsafeRawBufferPointer(rebasing: $0[start...]), Self.limits)
        }
        guard let messageID = found?.messageID, let timestamp = found?.timestamp, let kind = found?.kind
        else { return nil }
        self.messageID = messageID
        self.timestamp = timestamp
        self.kind = kind
        replyTo = found?.replyTo
        self.bytes = bytes
        self.start = start
    }

    var byteCount: Int { bytes.count - start }

    /// Lends out the text.
    func withText<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[start...])) }
    }

    /// Whether it may still be handed out.
    func isAlive(at date: Timestamp) -> Bool {
        if case .notification(_, let expiresAt?) = kind { date < expiresAt } else { true }
    }

    /// What one look at the text finds.
    private struct Members {
        var messageID: MessageID?
        var timestamp: Timestamp?
        var replyTo: ClientMessageID?
        var kind = Kind.other

        init?(scanning text: UnsafeRawBufferPointer, _ limits: JSONLimits) {
            var type: JSONSlice?
            var data: JSONSlice?
            do throws(JSONError) {
                var scanner = JSONScanner(text, limits: limits, isUTF8: true)
                try scanner.enterObject()
                while let member = try scanner.nextMember() {
                    let (key, value) = (member.key, member.value)
                    if key.equals("type", in: text) {
                        type = value
                    } else if key.equals("data", in: text) {
                        data = value
                    } else if key.equals("message_id", in: text), value.kind == .string {
                        messageID = MessageID(value.content(in: text))
                    } else if key.equals("timestamp", in: text) {
                        timestamp = value.string(in: text).flatMap { Timestamp(rfc3339: $0) }
                    } else if key.equals("reply_to", in: text) {
                        replyTo = ClientMessageID(value, in: text)
                    }
                }
            } catch {
                return nil
            }
            guard let type else { return nil }
            if type.equals("connect", in: text) {
                kind = .connect
            } else if type.equals("disconnect", in: text) {
                kind = .disconnect
            } else if type.equals("system_notification", in: text), let data {
                kind = Self.notification(data.bytes(in: text))
            }
        }

        private static func notification(_ data: UnsafeRawBufferPointer) -> Kind {
            guard let members = try? DataMembers(of: data, field: "data"),
                let id = try? members.string("notification_id")
            else { return .other }
            let expiresAt = (try? members.string("expires_at")).flatMap { $0 }
            return .notification(
                id: ExactText(id), expiresAt: expiresAt.flatMap { Timestamp(rfc3339: $0) })
        }
    }
}
