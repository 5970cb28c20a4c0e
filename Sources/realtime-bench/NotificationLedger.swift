/// What the server has said yes to, kept to be looked through when the run is over.
///
/// Nobody else notifies these users meanwhile, so that each user's numbers must have no hole and no repeat.
struct NotificationLedger {
    /// User and sequence in one number, so that a plain sort brings each user's together.
    private var numbers: [UInt64] = []
    private var identities: [UInt64] = []

    /// `count` is a guess: a longer run grows while it measures.
    init(expecting count: Int) {
        numbers.reserveCapacity(count)
        identities.reserveCapacity(count)
    }

    var count: Int { numbers.count }

    mutating func record(_ receipt: NotificationReceipt) {
        numbers.append(UInt64(receipt.user) << 32 | UInt64(receipt.sequence))
        identities.append(receipt.identity)
    }

    /// Throws when an id was given twice or a user's numbers are not one after the other.
    mutating func check() throws(BenchFailure) {
        identities.sort()
        for index in identities.indices.dropFirst() where identities[index] == identities[index - 1] {
            throw BenchFailure("the same notification_id was given twice")
        }
        numbers.sort()
        for index in numbers.indices.dropFirst() {
            let (before, after) = (numbers[index - 1], numbers[index])
            if before >> 32 == after >> 32, after != before + 1 {
                throw BenchFailure(
                    "user-\(Hex.string(UInt32(after >> 32))) got number \(after & 0xFFFF_FFFF) after "
                        + "\(before & 0xFFFF_FFFF)")
            }
        }
    }
}
