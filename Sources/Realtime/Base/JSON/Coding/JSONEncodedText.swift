/// The text that an encoding writes, and where in it each value stands that was started. No code of the
/// application runs while it works.
///
/// `Encodable` lets a type make several containers and fill them in any order. So each value that was
/// started is a *place*: what has been written of it, and where it ends in the text. The places that have
/// no end yet are a chain from the innermost to the outermost; writing into one closes those inside it. As
/// long as containers are filled one after the other, everything is appended. Only what is written into a
/// place that is closed already is put in the middle, and moves the text behind it.
///
/// A place is forgotten when the `encode(to:)` that it was started in has returned, so their number is
/// bounded by the depth and not by the size.
struct JSONEncodedText: ~Copyable {
    /// What has been written of a value.
    enum Content {
        case nothing, scalar, object, array
    }

    /// What is written into a place: all of its value, or a part of its object or its array.
    enum Role {
        case whole
        case member(String)
        case element
    }

    /// What encoders and containers know of their place. One that is held for too long is noticed.
    struct Handle {
        fileprivate let index: Int32
        fileprivate let generation: UInt32
    }

    /// Why something can't be written, and where.
    struct Refusal: Error {
        let problem: JSONEncodingFailure.Problem
        let path: [any CodingKey]
    }

    /// One value that was started.
    private struct Place {
        /// Tells a place from an earlier one at the same index.
        let generation: UInt32
        /// The place that this one is inside; itself for the outermost.
        let parent: Int
        /// The key in an object; nil in an array and for the outermost.
        var key: String?
        /// Which element of an array it is.
        var element = 0
        /// Brackets around the value, its own included.
        var depth = 0
        var content = Content.nothing
        /// Members or elements so far.
        var count = 0
        /// Where the value ends in the text, before its closing bracket; nil while it has none.
        var end: Int?
        /// Whether its text is out of the buffer while something is put before it.
        var isAside = false
    }

    /// Lent by the caller while the encoding goes on.
    var buffer = ByteBuffer()

    /// The first place that may be written to: a value may not write outside of itself.
    var floor = 0

    /// What was done wrong where nothing could be thrown. It stays: nothing is written from then on.
    private(set) var misuse: Refusal?

    private let depthLimit: Int
    private var places: [Place] = []
    private var generations: UInt32 = 0
    /// The innermost place without an end.
    private var innermost = 0

    init(depth: Int) {
        precondition((1...512).contains(depth), "the depth limit must be 1 to 512")
        depthLimit = depth
        places.reserveCapacity(4)
    }
}

// MARK: - Values

extension JSONEncodedText {
    /// Writes a value of JSON's own.
    @inline(__always)
    mutating func add<Value: JSONPrimitive>(
        _ value: Value, as role: Role, of handle: Handle
    ) throws(Refusal) {
        let place = try place(of: handle, for: role)
        guard value.isWritable else {
            throw Refusal(problem: .notFinite, path: path(to: place, role))
        }
        guard places[place].end == nil else {
            let part = begin(role, of: place)
            value.append(to: &buffer)
            return end(part)
        }
        if innermost != place { close(downTo: place) }
        punctuate(role, of: place)
        value.append(to: &buffer)
        countIn(role, of: place)
    }

    mutating func addNull(as role: Role, of handle: Handle) throws(Refusal) {
        let part = begin(role, of: try place(of: handle, for: role))
        buffer.append("null" as StaticString)
        end(part)
    }

    mutating func add(tree: JSONValue, as role: Role, of handle: Handle) throws(Refusal) {
        let place = try place(of: handle, for: role)
        if let obstacle = tree.obstacle(depth: depthLimit - places[place].depth) {
            throw Refusal(
                problem: obstacle.problem, path: path(to: place, role) + obstacle.path.reversed())
        }
        let part = begin(role, of: place)
        buffer.appendJSON(tree)
        end(part)
    }
}

// MARK: - Containers

extension JSONEncodedText {
    /// Makes an object or an array of a whole value. One that was made before is gone on with.
    mutating func container(_ content: Content, for handle: Handle) -> Handle {
        guard let place = usablePlace(of: handle), places[place].content != content else { return handle }
        guard places[place].content == .nothing else {
            note(.twoValues, at: place)
            return handle
        }
        guard places[place].depth < depthLimit else {
            note(.tooDeep, at: place)
            return handle
        }
        let part = begin(.whole, of: place)
        buffer.append(content == .object ? UInt8(ascii: "{") : UInt8(ascii: "["))
        places[place].content = content
        places[place].depth += 1
        end(part)
        return handle
    }

    /// Makes an object or an array inside of one. A member that was made before is gone on with.
    mutating func nestedContainer(_ content: Content, as role: Role, of handle: Handle) -> Handle {
        if case .member(let key) = role, let place = usablePlace(of: handle) {
            let earlier = places.lastIndex { candidate in
                candidate.parent == place && candidate.content == content
                    && candidate.key?.utf8.elementsEqual(key.utf8) ?? false
            }
            if let earlier { return self.handle(of: earlier) }
        }
        return container(content, for: startLater(role, of: handle))
    }

    /// Starts a value that is written later, or never.
    mutating func startLater(_ role: Role, of handle: Handle) -> Handle {
        guard let place = usablePlace(of: handle) else { return handle }
        let part = begin(role, of: place)
        let inner = start(role, in: place)
        end(part)
        return self.handle(of: inner)
    }

    /// The members or elements so far.
    func count(in handle: Handle) -> Int {
        place(of: handle).map { places[$0].count } ?? 0
    }
}

// MARK: - Places

extension JSONEncodedText {
    /// Starts the outermost value.
    mutating func startOutermost() -> Handle {
        handle(of: start(.whole, in: 0))
    }

    /// Starts a value inside of a place, where `begin` was called for it.
    mutating func start(_ role: Role, of part: borrowing Part) -> Handle {
        handle(of: start(role, in: part.place))
    }

    private mutating func start(_ role: Role, in parent: Int) -> Int {
        generations &+= 1
        var place = Place(generation: generations, parent: parent)
        switch role {
        case .whole: break
        case .member(let key):
            place.key = key
            place.depth = places[parent].depth
        case .element:
            place.element = places[parent].count
            place.depth = places[parent].depth
        }
        places.append(place)
        innermost = places.count - 1
        return innermost
    }

    /// Closes a place and forgets it, with all that was started since. A value that nothing was written of
    /// is an empty object.
    mutating func finish(_ handle: Handle) {
        let place = Int(handle.index)
        close(downTo: place)
        close(place)
        for empty in place..<places.count where places[empty].content == .nothing {
            let part = begin(.whole, of: empty)
            buffer.append("{}" as StaticString)
            end(part)
        }
        innermost = places[place].parent
        places.removeLast(places.count - place)
    }

    /// Forgets everything, so that what is still held writes nowhere.
    mutating func forgetPlaces() {
        places.removeAll()
    }

    /// A value may from now on write only into its own place, and what it starts there.
    ///
    /// - Returns: What was the limit before.
    mutating func confine(to handle: Handle) -> Int {
        defer { floor = Int(handle.index) }
        return floor
    }

    private func handle(of place: Int) -> Handle {
        Handle(index: Int32(truncatingIfNeeded: place), generation: places[place].generation)
    }

    /// The place of a handle, when it may be written to now.
    @inline(__always)
    private func place(of handle: Handle) -> Int? {
        let place = Int(handle.index)
        guard place >= floor, place < places.count, places[place].generation == handle.generation,
            !places[place].isAside
        else { return nil }
        return place
    }

    @inline(__always)
    private func place(of handle: Handle, for role: Role) throws(Refusal) -> Int {
        if let misuse { throw misuse }
        guard let place = place(of: handle) else {
            throw Refusal(problem: .outOfTurn, path: path(to: floor))
        }
        if case .whole = role, places[place].content != .nothing {
            throw Refusal(problem: .twoValues, path: path(to: place))
        }
        return place
    }

    /// The same where nothing can be thrown.
    private mutating func usablePlace(of handle: Handle) -> Int? {
        guard misuse == nil else { return nil }
        let place = place(of: handle)
        if place == nil { note(.outOfTurn, at: floor) }
        return place
    }

    private mutating func note(_ problem: JSONEncodingFailure.Problem, at place: Int) {
        misuse = Refusal(problem: problem, path: path(to: place))
    }

    /// The way to a place that may be written to.
    func path(to handle: Handle) -> [any CodingKey] {
        place(of: handle).map { path(to: $0) } ?? []
    }

    /// The way to a place, or to the member or element of it that is being written.
    private func path(to place: Int, _ role: Role = .whole) -> [any CodingKey] {
        var path: [any CodingKey] = []
        switch role {
        case .whole: break
        case .member(let key): path.append(JSONPathKey(key))
        case .element: path.append(JSONPathKey(places[place].count))
        }
        var at = place
        while at > 0, at < places.count {
            path.append(places[at].key.map { JSONPathKey($0) } ?? JSONPathKey(places[at].element))
            at = places[at].parent
        }
        return path.reversed()
    }
}

// MARK: - Parts

extension JSONEncodedText {
    /// Something that is being written into a place, and how it was before.
    struct Part: ~Copyable {
        fileprivate let place: Int
        fileprivate let role: Role
        fileprivate let size: Int
        fileprivate let known: Int
        fileprivate let content: Content
        fileprivate let depth: Int
        fileprivate let aside: SetAside?
    }

    /// The text behind a place that was opened again, and what stands in it.
    fileprivate struct SetAside: ~Copyable {
        let text: ByteBuffer
        let places: [Int]
        let size: Int
        let innermost: Int
    }

    /// Goes to a place to write something into it; nothing else may be written until `end` or `undo`.
    mutating func begin(_ role: Role, of handle: Handle) throws(Refusal) -> Part {
        begin(role, of: try place(of: handle, for: role))
    }

    private mutating func begin(_ role: Role, of place: Int) -> Part {
        let aside = places[place].end.map { reopen(place, closedAt: $0) }
        if innermost != place { close(downTo: place) }
        let part = Part(
            place: place, role: role, size: buffer.count, known: places.count,
            content: places[place].content, depth: places[place].depth, aside: aside)
        punctuate(role, of: place)
        return part
    }

    mutating func end(_ part: consuming Part) {
        if case .whole = part.role, buffer.count == part.size {
            // The value wrote nothing, which can still come.
        } else {
            countIn(part.role, of: part.place)
        }
        putBack(part)
    }

    /// Takes back all that was written since `begin`.
    mutating func undo(_ part: consuming Part) {
        buffer.removeLast(buffer.count - part.size)
        places.removeLast(places.count - part.known)
        places[part.place].content = part.content
        places[part.place].depth = part.depth
        places[part.place].end = nil
        if case .whole = part.role { places[part.place].count = 0 }
        innermost = part.place
        putBack(part)
    }

    @inline(__always)
    private mutating func punctuate(_ role: Role, of place: Int) {
        switch role {
        case .whole:
            return
        case .element:
            if places[place].count > 0 { buffer.append(UInt8(ascii: ",")) }
        case .member(let key):
            if places[place].count > 0 { buffer.append(UInt8(ascii: ",")) }
            buffer.appendJSON(string: key)
            buffer.append(UInt8(ascii: ":"))
        }
    }

    @inline(__always)
    private mutating func countIn(_ role: Role, of place: Int) {
        switch role {
        case .whole: if places[place].content == .nothing { places[place].content = .scalar }
        case .element, .member: places[place].count += 1
        }
    }

    /// Closes what is open inside a place that is open.
    private mutating func close(downTo place: Int) {
        while innermost != place {
            close(innermost)
            innermost = places[innermost].parent
        }
    }

    private mutating func close(_ place: Int) {
        places[place].end = buffer.count
        switch places[place].content {
        case .object: buffer.append(UInt8(ascii: "}"))
        case .array: buffer.append(UInt8(ascii: "]"))
        case .nothing, .scalar: break
        }
    }

    /// Takes the text behind a closed place out of the buffer.
    private mutating func reopen(_ place: Int, closedAt end: Int) -> SetAside {
        let size = buffer.count
        let hasBracket = places[place].content == .object || places[place].content == .array
        var text = ByteBuffer()
        text.append(UnsafeRawBufferPointer(rebasing: buffer.unsafeBytes[(end + (hasBracket ? 1 : 0))...]))
        buffer.removeLast(size - end)
        var behind: [Int] = []
        for other in places.indices where other != place && isBehind(other, end: end, of: place) {
            behind.append(other)
            places[other].isAside = true
        }
        defer {
            innermost = place
            places[place].end = nil
        }
        return SetAside(text: text, places: behind, size: size, innermost: innermost)
    }

    /// Whether a place ends behind the one that ends at `end`. An empty place that comes last in its array
    /// ends where the array does; of such two the outer one, which was started first, is behind.
    private func isBehind(_ other: Int, end: Int, of place: Int) -> Bool {
        guard !places[other].isAside else { return false }
        guard let otherEnd = places[other].end else { return true }
        return otherEnd > end || otherEnd == end && other < place
    }

    private mutating func putBack(_ part: consuming Part) {
        let place = part.place
        guard let aside = part.aside else { return }
        close(downTo: place)
        close(place)
        buffer.append(aside.text.unsafeBytes)
        for other in aside.places {
            places[other].isAside = false
            places[other].end? += buffer.count - aside.size
        }
        innermost = aside.innermost
    }
}
