/// The envelopes of one `send`, handled one after the other, and what each was answered.
///
/// It belongs to its session's loop.
final class SendRun {
    /// How long one envelope may take. Handlers are given up before that.
    private static let patience: Duration = .seconds(12)

    private unowned let session: PollSession
    private let items: [SendBody.Item]
    private let done: (SharedBytes) -> Void
    private var answers = ByteBuffer(capacity: 1_024)
    private var next = 0
    /// Whether envelopes are being handed over further up the stack.
    private var isHandingOver = false
    private var isFinished = false
    /// The envelope that is being handled.
    private(set) var awaited: ClientMessageID?
    /// When it has taken too long.
    private(set) var deadline = Instant.endOfTime

    init(_ body: SendBody, by session: PollSession, _ done: @escaping (SharedBytes) -> Void) {
        self.session = session
        items = body.items
        self.done = done
        answers.append(UInt8(ascii: "["))
    }

    /// Hands over what can be handed over, until an answer has to be waited for.
    func goOn() {
        guard !isHandingOver else { return }
        isHandingOver = true
        while awaited == nil, next < items.count {
            let item = items[next]
            next += 1
            // Known before it is handed over, as the answer may come at once.
            deadline = session.now + Self.patience
            switch item {
            case .envelope(let text, let id):
                let ownID = id ?? session.newMessageID()
                awaited = ownID
                session.handOver(id == nil ? text.addingMessageID(ownID) : text, by: self)
            case .refused(let error, let id):
                let ownID = id ?? session.newMessageID()
                awaited = ownID
                session.handOver(error, by: self)
            }
        }
        isHandingOver = false
        if awaited == nil, next == items.count { finish() }
    }

    /// The awaited answer has come.
    func answered(_ answer: HeldEnvelope) {
        answer.withText { append($0) }
        awaited = nil
        goOn()
    }

    /// There will be no more answers: the rest gets this one.
    func giveUp(_ error: RealtimeError) {
        if let awaited { append(error, replyTo: awaited) }
        awaited = nil
        for item in items[next...] {
            switch item {
            case .envelope(_, let id), .refused(_, let id): append(error, replyTo: id)
            }
        }
        next = items.count
        finish()
    }

    private func append(_ error: RealtimeError, replyTo id: ClientMessageID?) {
        session.withError(error, replyTo: id) { append($0) }
    }

    private func append(_ text: UnsafeRawBufferPointer) {
        if answers.count > 1 { answers.append(UInt8(ascii: ",")) }
        answers.append(text)
    }

    private func finish() {
        guard !isFinished else { return }
        isFinished = true
        answers.append(UInt8(ascii: "]"))
        session.finished(self)
        done(SharedBytes(answers))
    }
}
