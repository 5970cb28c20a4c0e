/// The event stream of a session: what comes goes out on it while it is open.
extension PollSession {
    /// When the open stream began; nil where there is none.
    var streamBegun: Instant? { stream?.begun }

    /// Sends to a stream from now on, from where it left off or, where that is not known, all there is. It takes the
    /// place of another one.
    func open(_ outlet: LoopBound<StreamOutlet>, for question: EventShelf.Question) {
        let stream = EventStream(outlet, at: now)
        let me = LoopBound((self, stream), on: loop)
        outlet.loop.post {
            outlet.value.connect { bytes in
                me.loop.post { me.value.0.took(bytes, by: me.value.1) }
            } whenGone: {
                me.loop.post { me.value.0.streamEnded(me.value.1) }
            }
        }
        self.stream?.finish()
        if self.stream == nil {
            life.arrived()
            desk.counters.streams += 1
        }
        self.stream = stream
        if question != .everything, let place = carrier.shelf.place(of: question) {
            carrier.withShelf { $0.passOn(upTo: place) }
            stream.begin(PollAnswer(session: id, timestamp: stamp()), [], from: place, at: now)
            pump()
            session.sentAll()
        } else {
            begin(.stream(stream), isReset: question != .everything)
        }
        watch()
    }

    /// Sends the stream as much as it is ready for, and ends it behind the last word.
    func pump() {
        guard let stream else { return }
        let date = session.time.date
        let place = stream.pump(carrier.shelf, at: now) { isVisible($0, at: date) }
        guard let place else { return }
        carrier.withShelf { $0.markAnswered(upTo: place) }
        if life.isOver, stream.hasSentAll(of: carrier.shelf) {
            farewellWasAnswered = true
            stream.finish()
            streamEnded(stream)
        }
    }

    /// The stream's client has taken so many bytes.
    func took(_ bytes: Int, by stream: EventStream) {
        guard self.stream === stream else { return }
        if let place = stream.took(bytes) { carrier.withShelf { $0.passOn(upTo: place) } }
        pump()
        if stream.isIdle { session.sentAll() }
        watch()
    }

    /// The stream is at its end, or its client has gone.
    func streamEnded(_ stream: EventStream) {
        guard self.stream === stream else { return }
        self.stream = nil
        desk.counters.streams -= 1
        left()
        watch()
    }

    /// When the stream has to be told that it is still there.
    var commentDeadline: Instant? {
        guard let stream, stream.isIdle, stream.hasBegun else { return nil }
        return stream.lastSent + desk.limits.commentInterval
    }
}
