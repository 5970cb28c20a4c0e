/// What a connection that came back to a room has yet to be sent: the replay, and behind it whatever else is meant
/// for it since. It goes out as the reader takes it, so that a replay of any length is no slow reader's.
///
/// A replay is the history's own memory. What waits behind it is bounded: a peer that reads more slowly than others
/// write would never catch up.
final class Backlog {
    private struct Entry {
        let frame: SharedBytes
        let isReplay: Bool
    }

    private var entries = Ring<Entry>()
    private let maximumGrowth: Int
    /// Bytes of what has come since, and waits.
    private(set) var growth = 0

    /// - Parameter maximumGrowth: how many bytes may wait behind replays.
    init(_ replay: [SharedBytes], maximumGrowth: Int) {
        self.maximumGrowth = maximumGrowth
        append(replay: replay)
    }

    /// Takes another room's replay.
    func append(replay: [SharedBytes]) {
        for frame in replay { entries.append(Entry(frame: frame, isReplay: true)) }
    }

    /// Takes what comes meanwhile; false when it is too much.
    func append(_ frame: SharedBytes) -> Bool {
        entries.append(Entry(frame: frame, isReplay: false))
        growth += frame.count
        return growth <= maximumGrowth
    }

    /// What is to be sent next.
    func popFirst() -> SharedBytes? {
        guard let entry = entries.popFirst() else { return nil }
        if !entry.isReplay { growth -= entry.frame.count }
        return entry.frame
    }
}
