/// Something that happened to a user or a connection, told to the application.
public enum LifecycleEvent: Sendable, Equatable {
    /// A connection was opened and knows whose it is.
    case connected(user: UserID, connection: String)
    /// A connection has ended.
    case disconnected(user: UserID, connection: String)
    /// A user's first device is there.
    case userOnline(UserID)
    /// A user's last device has been gone for the grace period.
    case userOffline(UserID)
}

/// Tells everybody who listens what happens to users and connections, each thing once and in the order in which
/// it happened to that user.
final class LifecycleBroadcaster: Sendable {
    /// How many events wait for a listener that is slow. One that falls behind loses the oldest.
    private static let bufferSize = 4_096

    private struct Listeners {
        var next = 0
        var streams: [Int: AsyncStream<LifecycleEvent>.Continuation] = [:]
        var isFinished = false
    }

    private let listeners = Locked(Listeners())

    /// The events from now on.
    func events() -> AsyncStream<LifecycleEvent> {
        let (stream, continuation) = AsyncStream<LifecycleEvent>.makeStream(
            bufferingPolicy: .bufferingNewest(Self.bufferSize))
        let key: Int? = listeners.withLock { listeners in
            guard !listeners.isFinished else { return nil }
            listeners.next += 1
            listeners.streams[listeners.next] = continuation
            return listeners.next
        }
        guard let key else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.listeners.withLock { $0.streams.removeValue(forKey: key) }
        }
        return stream
    }

    func tell(_ event: LifecycleEvent) {
        // Yielding takes a lock of its own, so it is done outside ours.
        let streams = listeners.withLock { Array($0.streams.values) }
        for stream in streams { stream.yield(event) }
    }

    /// Ends every stream, those too that somebody asks for later.
    func finish() {
        let streams = listeners.withLock { listeners in
            listeners.isFinished = true
            defer { listeners.streams = [:] }
            return Array(listeners.streams.values)
        }
        for stream in streams { stream.finish() }
    }
}
