import Glibc

/// The keys of the objects that are open, to find a key that comes twice.
///
/// Each object's keys are the last ones on the stack until it closes. Keys are compared by a fingerprint
/// first and by their text only where the fingerprints agree. A small object compares each new key with
/// those before it; a larger one is sorted when it closes, by fingerprint and then by text, so that keys
/// chosen to share a fingerprint cost no more than others: nothing here is quadratic.
///
/// The first keys stand inside the stack itself, so an ordinary message takes no memory.
struct JSONKeyStack: ~Copyable {
    /// Where a key's text stands between its quotes.
    private struct Key {
        var fingerprint: UInt64
        var start: UInt32
        var end: UInt32
    }

    private static let inlineCapacity = 24
    private static let smallObject = 16

    private var inline = InlineArray<24, Key>(repeating: Key(fingerprint: 0, start: 0, end: 0))
    private var heap: UnsafeMutablePointer<Key>?
    private var capacity = Self.inlineCapacity
    private(set) var count = 0

    init() {}

    deinit {
        heap?.deallocate()
    }

    /// Adds a key of the innermost object, whose first key is at `floor`. Returns false when a small object
    /// has it already.
    @inline(__always)
    mutating func push(_ key: JSONSlice, in text: UnsafeRawBufferPointer, floor: Int) -> Bool {
        let range = key.range
        let new = Key(
            fingerprint: key.isEscaped
                ? Self.escapedFingerprint(key.content(in: text))
                : Self.fingerprint(range.lowerBound + 1, range.upperBound - 1, in: text),
            start: UInt32(truncatingIfNeeded: range.lowerBound + 1),
            end: UInt32(truncatingIfNeeded: range.upperBound - 1))
        if count == capacity { grow() }
        if let heap {
            if count &- floor < Self.smallObject {
                for index in floor..<count where heap[index].fingerprint == new.fingerprint {
                    if Self.compare(heap[index], new, in: text) == 0 { return false }
                }
            }
            heap[count] = new
        } else {
            if count &- floor < Self.smallObject {
                for index in floor..<count where inline[index].fingerprint == new.fingerprint {
                    if Self.compare(inline[index], new, in: text) == 0 { return false }
                }
            }
            inline[count] = new
        }
        count &+= 1
        return true
    }

    /// Takes away the keys of an object that closes. Returns the offset of a key that was there twice.
    @inline(__always)
    mutating func close(floor: Int, in text: UnsafeRawBufferPointer) -> Int? {
        let duplicate = count &- floor > Self.smallObject ? findDuplicate(floor: floor, in: text) : nil
        count = floor
        return duplicate
    }

    /// Sorts the keys from `floor` on, which are about to be dropped, and looks at neighbours.
    @inline(never)
    private mutating func findDuplicate(floor: Int, in text: UnsafeRawBufferPointer) -> Int? {
        if heap == nil { grow() }
        guard let heap else { return nil }
        var keys = UnsafeMutableBufferPointer(start: heap + floor, count: count - floor)
        keys.sort { left, right in
            left.fingerprint != right.fingerprint
                ? left.fingerprint < right.fingerprint : Self.compare(left, right, in: text) < 0
        }
        for index in 1..<keys.count where keys[index].fingerprint == keys[index - 1].fingerprint {
            if Self.compare(keys[index - 1], keys[index], in: text) == 0 {
                return Int(max(keys[index - 1].start, keys[index].start)) - 1
            }
        }
        return nil
    }

    @inline(never)
    private mutating func grow() {
        let grown = UnsafeMutablePointer<Key>.allocate(capacity: capacity * 2)
        if let heap {
            grown.moveInitialize(from: heap, count: count)
            heap.deallocate()
        } else {
            for index in 0..<count { (grown + index).initialize(to: inline[index]) }
        }
        heap = grown
        capacity *= 2
    }

    /// Mixes the first and last eight bytes and the length: constant time, and different for nearly all
    /// keys that are different.
    @inline(__always)
    private static func mix(first: UInt64, last: UInt64, count: Int) -> UInt64 {
        (first &* 0x9E37_79B9_7F4A_7C15) ^ (last &* 0xC2B2_AE3D_27D4_EB4F)
            &+ UInt64(truncatingIfNeeded: count)
    }

    @inline(__always)
    private static func fingerprint(_ start: Int, _ end: Int, in text: UnsafeRawBufferPointer) -> UInt64 {
        let count = end &- start
        let base = text.baseAddress.unsafelyUnwrapped
        if count >= 8 {
            return mix(
                first: base.loadUnaligned(fromByteOffset: start, as: UInt64.self).littleEndian,
                last: base.loadUnaligned(fromByteOffset: end &- 8, as: UInt64.self).littleEndian, count: count
            )
        }
        var word: UInt64 = 0
        if start &+ 8 <= text.count {
            word = base.loadUnaligned(fromByteOffset: start, as: UInt64.self).littleEndian
            word &= (1 << UInt64(truncatingIfNeeded: count &* 8)) &- 1
        } else {
            for index in 0..<count { word |= UInt64(text[start + index]) << UInt64(index * 8) }
        }
        return mix(first: word, last: word, count: count)
    }

    /// The fingerprint that the same key has when it is written without escapes.
    @inline(never)
    private static func escapedFingerprint(_ content: UnsafeRawBufferPointer) -> UInt64 {
        var first: UInt64 = 0
        var last: UInt64 = 0
        var count = 0
        for byte in JSONUnescaped(content: content) {
            if count < 8 { first |= UInt64(byte) << UInt64(count * 8) }
            last = last >> 8 | UInt64(byte) << 56
            count += 1
        }
        return mix(first: first, last: count < 8 ? first : last, count: count)
    }

    /// The order of two keys by their text: negative, zero or positive.
    @inline(never)
    private static func compare(_ left: Key, _ right: Key, in text: UnsafeRawBufferPointer) -> Int {
        let left = UnsafeRawBufferPointer(rebasing: text[Int(left.start)..<Int(left.end)])
        let right = UnsafeRawBufferPointer(rebasing: text[Int(right.start)..<Int(right.end)])
        if !left.contains(UInt8(ascii: "\\")) && !right.contains(UInt8(ascii: "\\")) {
            if left.count != right.count { return left.count - right.count }
            guard let one = left.baseAddress, let other = right.baseAddress else { return 0 }
            return Int(memcmp(one, other, left.count))
        }
        // The same order as above, by the text that the escapes stand for.
        let (leftCount, rightCount) = (count(left), count(right))
        if leftCount != rightCount { return leftCount - rightCount }
        for (one, other) in zip(JSONUnescaped(content: left), JSONUnescaped(content: right))
        where one != other {
            return Int(one) - Int(other)
        }
        return 0
    }

    private static func count(_ content: UnsafeRawBufferPointer) -> Int {
        JSONUnescaped(content: content).reduce(0) { count, _ in count + 1 }
    }
}
