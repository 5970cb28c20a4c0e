// Parts of a place: what is written into it at one time, which may be taken back, and may come late.

extension JSONEncodedText {
    /// Something that is being written into a place, and how it was before.
    struct Part: ~Copyable {
        let place: Int
        let role: Role
        let size: Int
        let known: Int
        let content: Content
        let depth: Int
        let aside: SetAside?
    }

    /// The text behind a place that was opened again, and what stands in it.
    struct SetAside: ~Copyable {
        let text: ByteBuffer
        let places: [Int]
        let size: Int
        let innermost: Int
    }

    /// Goes to a place to write something into it; nothing else may be written until `end` or `undo`.
    mutating func begin(_ role: Role, of handle: Handle) throws(Refusal) -> Part {
        begin(role, of: try place(of: handle, for: role))
    }

    mutating func begin(_ role: Role, of place: Int) -> Part {
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
    mutating func punctuate(_ role: Role, of place: Int) {
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
    mutating func countIn(_ role: Role, of place: Int) {
        switch role {
        case .whole: if places[place].content == .nothing { places[place].content = .scalar }
        case .element, .member: places[place].count += 1
        }
    }

    /// Closes what is open inside a place that is open.
    mutating func close(downTo place: Int) {
        while innermost != place {
            close(innermost)
            innermost = places[innermost].parent
        }
    }

    mutating func close(_ place: Int) {
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
