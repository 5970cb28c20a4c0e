/// Where every value of a text stands, in one flat array, so that a decoder asks for members in any order
/// and the text is scanned only once however deep it is nested.
///
/// Values stand in the order of the text. Behind an object come its members, each a key and then its value
/// with all that is inside; behind an array come its elements. An entry takes 24 bytes, and the shortest
/// value with its comma two, so an index takes at most twelve times the memory of its text.
struct JSONIndex: ~Copyable {
    /// One value, or the key of a member.
    private struct Entry {
        var slice: JSONSlice
        /// The next key of the same object or the next element of the same array; 0 at the last.
        var next: UInt32 = 0
        /// How many members or elements there are directly inside.
        var count: UInt32 = 0
        /// The key behind the one that was found last in this object, or 0.
        var expected: UInt32 = 0
    }

    private var entries: [Entry] = []

    /// - Parameter size: The bytes of the text. Ordinary messages have a value every ten or so.
    init(forTextOf size: Int) {
        entries.reserveCapacity(min(size / 8 + 2, 256))
    }

    subscript(entry: Int) -> JSONSlice { entries[entry].slice }

    /// The members of an object or the elements of an array.
    func count(in container: Int) -> Int { Int(entries[container].count) }

    /// The next key of the same object, or the next element of the same array.
    func next(after entry: Int) -> Int? {
        let next = entries[entry].next
        return next == 0 ? nil : Int(next)
    }

    /// The first key of an object, or the first element of an array.
    func first(in container: Int) -> Int? {
        entries[container].count == 0 ? nil : container + 1
    }

    /// The value of the member with this key.
    ///
    /// The search goes on where the last one in this object has ended, and starts over at the end: whoever
    /// takes the members in the order of the text finds each at once, so an object with thousands of
    /// members costs no more than its length.
    mutating func value(
        of key: UnsafeRawBufferPointer, in object: Int, of text: UnsafeRawBufferPointer
    )
        -> Int?
    {
        let count = entries[object].count
        let first = UInt32(truncatingIfNeeded: object + 1)
        var at = entries[object].expected == 0 ? first : entries[object].expected
        for _ in 0..<count {
            let entry = entries[Int(at)]
            if entry.slice.equals(key, in: text) {
                entries[object].expected = entry.next
                return Int(at) + 1
            }
            at = entry.next == 0 ? first : entry.next
        }
        return nil
    }

    /// The way from the outermost value to this one.
    ///
    /// Nothing is kept for it: it is found again from the order of the entries, because only errors ask.
    func path(to target: Int, in text: UnsafeRawBufferPointer) -> [JSONPathKey] {
        var path: [JSONPathKey] = []
        var container = 0
        while container < target {
            var child = container + 1
            var place = 0
            while let next = next(after: child), next <= target {
                child = next
                place += 1
            }
            if entries[container].slice.kind == .array {
                path.append(JSONPathKey(place))
                container = child
            } else {
                path.append(JSONPathKey(entries[child].slice.string(in: text) ?? ""))
                container = child + 1
            }
        }
        return path
    }
}

// MARK: - Building

extension JSONIndex {
    mutating func append(_ slice: JSONSlice) {
        entries.append(Entry(slice: slice))
    }

    /// Says that the entry that is appended next follows `last` in the same container, and returns its place.
    mutating func link(after last: Int?) -> Int {
        if let last { entries[last].next = UInt32(truncatingIfNeeded: entries.count) }
        return entries.count
    }

    /// Appends an object or an array that has no end yet.
    mutating func open(_ kind: JSONSlice.Kind, at start: Int) -> Int {
        append(JSONSlice(kind: kind, start: start, end: start))
        return entries.count - 1
    }

    mutating func countOne(in container: Int) {
        entries[container].count += 1
    }

    mutating func close(_ container: Int, at end: Int) {
        let slice = entries[container].slice
        entries[container].slice = JSONSlice(kind: slice.kind, start: slice.range.lowerBound, end: end)
    }

    /// The innermost container that has no end, where the text was refused.
    var unfinished: Int? {
        entries.lastIndex { $0.slice.range.isEmpty }
    }
}
