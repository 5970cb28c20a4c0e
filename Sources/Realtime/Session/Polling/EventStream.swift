/// One open stream of Server-Sent Events, as its session sees it: what it has yet to be sent, and how much of what was
/// sent it has taken.
///
/// So much is on its way at once and no more: the rest stays on the shelf, where a slow reader is found out. It belongs
/// to the session's loop.
final class EventStream {
    /// How many bytes are on their way at once.
    static let window = 64 << 10

    let begun: Instant
    private let outlet: LoopBound<StreamOutlet>
    /// What is sent before anything else from the shelf.
    private var first = Ring<HeldEnvelope>()
    /// Up to where the shelf was sent; nil before the stream has begun.
    private var place: EventShelf.Place?
    private var sentBytes = 0
    private var takenBytes = 0
    /// Up to where the shelf is taken when so many bytes are.
    private var milestones = Ring<(bytes: Int, place: EventShelf.Place)>()
    /// When something was sent last.
    private(set) var lastSent: Instant

    init(_ outlet: LoopBound<StreamOutlet>, at now: Instant) {
        self.outlet = outlet
        begun = now
        lastSent = now
    }

    var hasBegun: Bool { place != nil }
    /// Whether all that was sent has been taken.
    var isIdle: Bool { sentBytes == takenBytes }

    // MARK: Sending

    /// Begins with how things stand and the events so far, and goes on from a place of the shelf.
    func begin(_ answer: PollAnswer, _ events: [HeldEnvelope], from place: EventShelf.Place, at now: Instant)
    {
        self.place = place
        for event in events { first.append(event) }
        var text = ByteBuffer(capacity: 1_024)
        text.append("event: session\ndata: " as StaticString)
        text.appendJSONObject { answer.write(to: &$0) }
        text.append("\n\n" as StaticString)
        write(text, at: now)
    }

    /// Sends as much as may be on its way. Returns up to where the shelf was sent.
    ///
    /// - Parameter isVisible: whether the client is to see an event.
    func pump(
        _ shelf: borrowing EventShelf, at now: Instant, isVisible: (HeldEnvelope) -> Bool
    ) -> EventShelf.Place? {
        guard var place else { return nil }
        var text = ByteBuffer()
        let room = Self.window - (sentBytes - takenBytes)
        while text.count < room {
            if let event = first.popFirst() {
                text.append(eventStream: event)
            } else if let event = shelf.event(at: &place) {
                if isVisible(event) { text.append(eventStream: event) }
            } else {
                break
            }
        }
        self.place = place
        if !text.isEmpty {
            milestones.append((sentBytes + text.count, place))
            write(text, at: now)
        }
        return place
    }

    /// Whether everything was sent that is there.
    func hasSentAll(of shelf: borrowing EventShelf) -> Bool { first.isEmpty && place == shelf.end }

    /// Says that it is still there, and learns whether the client is.
    func sendComment(at now: Instant) {
        var text = ByteBuffer()
        text.append(":\n\n" as StaticString)
        write(text, at: now)
    }

    private func write(_ text: borrowing ByteBuffer, at now: Instant) {
        lastSent = now
        sentBytes += text.count
        let bytes = SharedBytes(text)
        outlet.loop.post { [outlet] in outlet.value.write(bytes) }
    }

    func finish() {
        outlet.loop.post { [outlet] in outlet.value.finish() }
    }

    // MARK: What was taken

    /// The client has taken so many bytes. Returns up to where it has the shelf by that, where that is news.
    func took(_ bytes: Int) -> EventShelf.Place? {
        takenBytes += bytes
        var taken: EventShelf.Place?
        while let milestone = milestones.first, milestone.bytes <= takenBytes {
            taken = milestone.place
            milestones.popFirst()
        }
        return taken
    }
}

extension ByteBuffer {
    /// Appends an event in the form of an event stream. The message may have line ends between its parts, as whoever
    /// wrote it liked: each of its lines is one of `data`.
    mutating func append(eventStream event: HeldEnvelope) {
        append("id: " as StaticString)
        append(event.messageID)
        event.withText { text in
            for line in text.split(
                omittingEmptySubsequences: false, whereSeparator: { $0 == 0x0A || $0 == 0x0D })
            {
                append("\ndata: " as StaticString)
                append(UnsafeRawBufferPointer(rebasing: line))
            }
        }
        append("\n\n" as StaticString)
    }
}
