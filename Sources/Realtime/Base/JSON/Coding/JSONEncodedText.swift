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
        let index: Int32
        let generation: UInt32
    }

    /// Why something can't be written, and where.
    struct Refusal: Error {
        let problem: JSONEncodingFailure.Problem
        let path: [any CodingKey]
    }

    /// One value that was started.
    struct Place {
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
    var misuse: Refusal?

    let depthLimit: Int
    var places: [Place] = []
    var generations: UInt32 = 0
    /// The innermost place without an end.
    var innermost = 0

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
