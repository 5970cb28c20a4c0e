// Places of the text: how they are started, found and forgotten.

extension JSONEncodedText {
    /// Starts the outermost value.
    mutating func startOutermost() -> Handle {
        handle(of: start(.whole, in: 0))
    }

    /// Starts a value inside of a place, where `begin` was called for it.
    mutating func start(_ role: Role, of part: borrowing Part) -> Handle {
        handle(of: start(role, in: part.place))
    }

    mutating func start(_ role: Role, in parent: Int) -> Int {
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

    func handle(of place: Int) -> Handle {
        Handle(index: Int32(truncatingIfNeeded: place), generation: places[place].generation)
    }

    /// The place of a handle, when it may be written to now.
    @inline(__always)
    func place(of handle: Handle) -> Int? {
        let place = Int(handle.index)
        guard place >= floor, place < places.count, places[place].generation == handle.generation,
            !places[place].isAside
        else { return nil }
        return place
    }

    @inline(__always)
    func place(of handle: Handle, for role: Role) throws(Refusal) -> Int {
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
    mutating func usablePlace(of handle: Handle) -> Int? {
        guard misuse == nil else { return nil }
        let place = place(of: handle)
        if place == nil { note(.outOfTurn, at: floor) }
        return place
    }

    mutating func note(_ problem: JSONEncodingFailure.Problem, at place: Int) {
        misuse = Refusal(problem: problem, path: path(to: place))
    }

    /// The way to a place that may be written to.
    func path(to handle: Handle) -> [any CodingKey] {
        place(of: handle).map { path(to: $0) } ?? []
    }

    /// The way to a place, or to the member or element of it that is being written.
    func path(to place: Int, _ role: Role = .whole) -> [any CodingKey] {
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
