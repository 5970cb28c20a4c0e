import Synchronization

/// Whether the server may be sent requests. Any thread may ask.
final class ServerHealth: Sendable {
    private let ready = Atomic<Bool>(false)

    /// True from the moment it listens until it begins to stop.
    var isReady: Bool {
        get { ready.load(ordering: .relaxed) }
        set { ready.store(newValue, ordering: .relaxed) }
    }
}
