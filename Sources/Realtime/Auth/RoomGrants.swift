/// What a user may do in a room.
public struct RoomRights: OptionSet, Hashable, Sendable {
    /// The rights as bits.
    public let rawValue: UInt8

    /// Join, receive, see who is there.
    public static let read = RoomRights(rawValue: 1)
    /// Publish.
    public static let write = RoomRights(rawValue: 2)

    /// Makes the set from its bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Reads the letters of a grant, each at most once, in any order; none at all is no right.
    init?(letters: String) {
        var rights: RoomRights = []
        for letter in letters.utf8 {
            let right: RoomRights
            switch letter {
            case UInt8(ascii: "r"): right = .read
            case UInt8(ascii: "w"): right = .write
            default: return nil
            }
            guard rights.insert(right).inserted else { return nil }
        }
        self = rights
    }

    var letters: String {
        (contains(.read) ? "r" : "") + (contains(.write) ? "w" : "")
    }
}

/// Which rights a token gives in which rooms: by exact id, or by a prefix ending in `*`.
///
/// The exact id counts, else the longest prefix; `*` is every room. Ids are the same when their UTF-8 is.
/// Asked at every publish, so the patterns are sorted, and each knows the longest prefix among them that it
/// begins with: one binary search finds the answer without hashing or allocating.
struct RoomGrants: Sendable, Equatable {
    /// One line of a grant: an id, or a prefix and `*`.
    struct Grant: Equatable, Sendable {
        let pattern: String
        let rights: RoomRights

        init(_ pattern: String, _ rights: RoomRights) {
            self.pattern = pattern
            self.rights = rights
        }
    }

    /// Why a list of grants is none.
    enum Refusal: Error, Equatable, Sendable {
        /// A pattern that no room id can have.
        case badPattern
        case duplicatePattern
    }

    /// A pattern's place in `text`, without the star.
    private struct Entry: Equatable, Sendable {
        var start: UInt32
        var count: UInt32
        var rights: RoomRights
        var isPrefix: Bool
        /// The longest prefix in the list that is a shorter beginning of this entry, or -1.
        var parent: Int32
    }

    /// All patterns, one after another.
    private let text: [UInt8]
    /// In the order of their bytes; an exact id stands before the prefix of the same text.
    private let entries: [Entry]

    init(_ grants: [Grant]) throws(Refusal) {
        var patterns: [(bytes: ArraySlice<UInt8>, isPrefix: Bool, rights: RoomRights)] = []
        for grant in grants {
            var bytes = Array(grant.pattern.utf8)[...]
            guard ExactText(grant.pattern).withUTF8({ IdentifierGrammar.accepts($0) }) else {
                throw .badPattern
            }
            let isPrefix = bytes.last == UInt8(ascii: "*")
            if isPrefix { bytes = bytes.dropLast() }
            patterns.append((bytes, isPrefix, grant.rights))
        }
        patterns.sort { left, right in
            left.bytes == right.bytes
                ? !left.isPrefix && right.isPrefix : left.bytes.lexicographicallyPrecedes(right.bytes)
        }
        var text: [UInt8] = []
        var entries: [Entry] = []
        // The prefixes that the last pattern begins with, the longest last.
        var open: [Int32] = []
        for (index, pattern) in patterns.enumerated() {
            if index > 0, patterns[index - 1].bytes == pattern.bytes,
                patterns[index - 1].isPrefix == pattern.isPrefix
            {
                throw .duplicatePattern
            }
            while let last = open.last, !pattern.bytes.starts(with: patterns[Int(last)].bytes) {
                open.removeLast()
            }
            entries.append(
                Entry(
                    start: UInt32(text.count), count: UInt32(pattern.bytes.count), rights: pattern.rights,
                    isPrefix: pattern.isPrefix, parent: open.last ?? -1))
            text += pattern.bytes
            if pattern.isPrefix { open.append(Int32(index)) }
        }
        self.text = text
        self.entries = entries
    }

    /// What may be done in this room.
    func rights(for room: RoomID) -> RoomRights {
        room.withUTF8 { room in
            text.withUnsafeBytes { text in rights(for: room, in: text) }
        }
    }

    private func rights(for room: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer) -> RoomRights {
        // The last entry that is not after the room's id. Any prefix of the id stands before it, and it
        // begins with that prefix too: so the answer is this entry or one of its parents.
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            let entry = entries[middle]
            let common = commonCount(entry, room, in: text)
            let isAfter =
                common < Int(entry.count)
                && (common == room.count || text[Int(entry.start) + common] > room[common])
            if isAfter { high = middle } else { low = middle + 1 }
        }
        guard low > 0 else { return [] }
        var index = low - 1
        let common = commonCount(entries[index], room, in: text)
        if common == room.count {
            // This entry has the text of the id. Of an exact id and a prefix of one text the id stands first.
            if !entries[index].isPrefix { return entries[index].rights }
            if index > 0, !entries[index - 1].isPrefix, entries[index - 1].count == entries[index].count,
                commonCount(entries[index - 1], room, in: text) == room.count
            {
                return entries[index - 1].rights
            }
        }
        while true {
            let entry = entries[index]
            if entry.isPrefix, Int(entry.count) <= common { return entry.rights }
            guard entry.parent >= 0 else { return [] }
            index = Int(entry.parent)
        }
    }

    /// With how many bytes both begin.
    @inline(__always)
    private func commonCount(
        _ entry: Entry, _ room: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer
    ) -> Int {
        let most = min(Int(entry.count), room.count)
        var count = 0
        while count < most, text[Int(entry.start) &+ count] == room[count] { count &+= 1 }
        return count
    }

    /// The list again, sorted.
    var grants: [Grant] {
        entries.map { entry in
            let bytes = text[Int(entry.start)..<Int(entry.start + entry.count)]
            return Grant(String(decoding: bytes, as: UTF8.self) + (entry.isPrefix ? "*" : ""), entry.rights)
        }
    }
}
