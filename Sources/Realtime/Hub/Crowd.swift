import Synchronization

/// How many connections there are, counted in buckets by their users' names: a quick word on whether a user may be
/// here at all, for any thread, without asking the loop of the user's home.
///
/// It may say yes of somebody who is away, as others share the bucket. It never says no of somebody whose connection
/// was counted before.
final class Crowd: Sendable {
    /// 256 KiB: of ten thousand users who are away, as many being here, one in seven is taken for present.
    private static let bucketCount = 1 << 16

    /// Not `Sendable` by itself, for being a pointer; what it points to is atomic, and is there as long as this is.
    nonisolated(unsafe) private let buckets: UnsafeMutablePointer<Atomic<Int32>>

    init() {
        buckets = .allocate(capacity: Self.bucketCount)
        for index in 0..<Self.bucketCount { (buckets + index).initialize(to: Atomic(0)) }
    }

    deinit {
        buckets.deinitialize(count: Self.bucketCount)
        buckets.deallocate()
    }

    /// One more connection of a user, from now on.
    func add(_ user: UserID) { bucket(of: user).pointee.add(1, ordering: .sequentiallyConsistent) }

    /// One less.
    func remove(_ user: UserID) { bucket(of: user).pointee.subtract(1, ordering: .sequentiallyConsistent) }

    /// Whether a user may have a connection, or more of them than are known of already. No is certain.
    func mayHold(_ user: UserID, moreThan known: Int32 = 0) -> Bool {
        bucket(of: user).pointee.load(ordering: .sequentiallyConsistent) > known
    }

    private func bucket(of user: UserID) -> UnsafeMutablePointer<Atomic<Int32>> {
        buckets + (user.hashValue & (Self.bucketCount - 1))
    }
}
