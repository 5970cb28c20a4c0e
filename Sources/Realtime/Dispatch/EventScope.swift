/// One event while it is being handled: what came, who waits for the answer, and what has become of it so far.
///
/// The mutable part belongs to `loop`; a context that is used elsewhere comes back there first. That is what
/// makes it `Sendable`.
final class EventScope: @unchecked Sendable {
    /// What the sender is answered at the end.
    enum Answer {
        /// An `ack`, with more members where a handler gave some.
        case ack(SharedBytes?)
        /// A handler has sent an answer of its own.
        case replied
    }

    let core: DispatchCore
    let loop: EventLoop
    let type: ExactText
    let data: SharedBytes?
    let room: RoomID?
    let recipient: UserID?
    let messageID: ClientMessageID?
    let sender: Sender
    /// The session that it came by; touched on `loop` alone.
    let session: (any EventSession)?

    /// When the handler that runs now has to be done.
    var deadline: Instant
    /// The handler that runs now; nil between two of them, and in what stands around them.
    var current: HandlerEntry?
    var answer = Answer.ack(nil)
    /// What was published with this event's own type and data.
    var publication: Publication?
    /// Set when nobody waits any more: what a handler still does has no effect on the answer.
    var isOver = false

    init(
        core: DispatchCore, loop: EventLoop, type: ExactText, data: SharedBytes?, room: RoomID?,
        recipient: UserID?, messageID: ClientMessageID?, sender: Sender, session: (any EventSession)?
    ) {
        self.core = core
        self.loop = loop
        self.type = type
        self.data = data
        self.room = room
        self.recipient = recipient
        self.messageID = messageID
        self.sender = sender
        self.session = session
        deadline = core.hub.time.now + core.settings.handlerTimeout
    }

    /// Does something with what belongs to the loop, at once when the caller is on it.
    func onLoop<Result: Sendable>(
        _ body: @escaping @Sendable () throws(RealtimeError) -> Result
    ) async throws(RealtimeError) -> Result {
        if loop.isCurrent { return try body() }
        let outcome = await loop.perform { () -> Swift.Result<Result, RealtimeError> in
            do throws(RealtimeError) {
                return .success(try body())
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }
}

/// The session of a client as a handler's context sees it. It belongs to one loop.
protocol EventSession: AnyObject {
    /// The connection's name.
    var connection: ConnectionID { get }
    /// Who it is.
    var identity: Claims { get }
    /// Whether it still takes messages.
    var isOpen: Bool { get }
    /// Whether it has joined the room.
    func isIn(_ room: RoomID) -> Bool
    /// How many rooms it is in.
    var roomCount: Int { get }
    /// Hears nothing of the room from now on. False when it was not in it.
    func leaveSeat(in room: RoomID) -> Bool
    /// Sends a message to this connection alone.
    func send(_ write: (inout ByteBuffer, EnvelopeHead) -> Void)
    /// Its device has acknowledged notifications.
    func acknowledged(_ acknowledgement: InboxAcknowledgement)
    /// What the user says of themselves; kept for rooms that are joined later.
    var presence: PresenceState { get set }
}

/// What every event needs while it is handled, and every loop shares.
struct DispatchSettings: Sendable {
    /// How long one handler may take.
    var handlerTimeout: Duration = .seconds(10)
    /// How many events may wait in handlers on one loop.
    var eventsInFlight = 4_096
    /// How many rooms one connection may be in.
    var roomsPerConnection = 10_000
    /// Whether types that no handler takes go to the room as they are.
    var passesUnknownTypes = false
}
