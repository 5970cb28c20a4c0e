/// One entry of the answer to a posted notification: whom it goes to, and which number it got.
struct NotificationReceipt: Equatable {
    let user: UInt32
    let sequence: Int
    /// A hash of `notification_id`, which is all that is kept of it: enough to find one that was given twice.
    let identity: UInt64
    let duplicate: Bool

    /// Calls `body` for every entry of the body of a 201, in order; returns how many there were.
    ///
    /// What it reads is the server's own text: flat objects of ids and numbers, where nothing is escaped.
    @discardableResult
    static func forEach(
        in answer: UnsafeRawBufferPointer, _ body: (NotificationReceipt) throws(BenchFailure) -> Void
    ) throws(BenchFailure) -> Int {
        guard let list = answer.find(#""notifications":["#, from: 0) else {
            throw BenchFailure("an answer names no notifications: \(answer.excerpt)")
        }
        var count = 0
        var offset = list
        while let start = answer.find("{", from: offset) {
            guard let end = answer.find("}", from: start) else {
                throw BenchFailure("an answer's entry has no end: \(answer.excerpt)")
            }
            let entry = UnsafeRawBufferPointer(rebasing: answer[start...end])
            guard let receipt = NotificationReceipt(entry) else {
                throw BenchFailure("an answer's entry lacks what it must have: \(entry.excerpt)")
            }
            try body(receipt)
            count += 1
            offset = end + 1
        }
        return count
    }

}

extension NotificationReceipt {
    /// Nil where one of the four members is missing or of another kind.
    init?(_ entry: UnsafeRawBufferPointer) {
        guard let user = entry.find(#""user_id":"user-"#, from: 0).map({ $0 + 16 }),
            user + 9 <= entry.count, let number = Hex.read(entry.baseAddress! + user),
            entry[user + 8] == 0x22,
            let id = entry.text(after: #""notification_id":""#), !id.isEmpty,
            let sequence = entry.number(after: #""seq":"#), sequence > 0,
            let duplicate = entry.find(#""duplicate":"#, from: 0).map({ $0 + 12 })
        else { return nil }
        self.user = number
        self.sequence = sequence
        identity = id.fingerprint
        if entry.hasBytes("true", at: duplicate) {
            self.duplicate = true
        } else if entry.hasBytes("false", at: duplicate) {
            self.duplicate = false
        } else {
            return nil
        }
    }
}

/// Reading the few members that a run is about, without a parser: the texts come from the server, and a test
/// that reads them wrongly fails.
extension UnsafeRawBufferPointer {
    /// What stands between the end of `key`, which ends in a quote, and the next quote.
    func text(after key: String) -> UnsafeRawBufferPointer? {
        guard let found = find(key, from: 0) else { return nil }
        let start = found + key.utf8.count
        guard let end = find("\"", from: start) else { return nil }
        return UnsafeRawBufferPointer(rebasing: self[start..<end])
    }

    /// The whole number right after `key`.
    func number(after key: String) -> Int? {
        find(key, from: 0).flatMap { Digits.read(self, from: $0 + key.utf8.count) }?.value
    }

    func hasBytes(_ text: StaticString, at offset: Int) -> Bool {
        let width = text.utf8CodeUnitCount
        guard offset + width <= count else { return false }
        return UnsafeRawBufferPointer(rebasing: self[offset..<offset + width])
            .elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: width))
    }

    /// FNV-1a in 64 bits.
    var fingerprint: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in self { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return hash
    }
}
