// Trees and indexes: what is kept of a text as a whole, in the one pass that validates it.

extension JSONScanner {
    /// The only value of the text as a tree.
    mutating func soleTree() throws(JSONError) -> JSONValue {
        try start()
        let tree = try tree()
        try finish()
        return tree
    }

    private mutating func tree() throws(JSONError) -> JSONValue {
        guard at < text.count else { throw error(.unexpectedEnd) }
        switch byte {
        case UInt8(ascii: "{"): return try objectTree()
        case UInt8(ascii: "["): return try arrayTree()
        default:
            let slice = try value()
            guard let scalar = JSONValue(scalar: slice, in: text) else {
                throw error(.numberTooLarge, at: slice.range.lowerBound)
            }
            return scalar
        }
    }

    private mutating func objectTree() throws(JSONError) -> JSONValue {
        let floor = keys.count
        var members: [JSONValue.Member] = []
        try open()
        while try hasNext(UInt8(ascii: "}"), isFirst: members.isEmpty) {
            let key = try key(floor: floor)
            members.append(JSONValue.Member(key.string(in: text) ?? "", try tree()))
        }
        try closeObject(floor: floor)
        return .object(members)
    }

    private mutating func arrayTree() throws(JSONError) -> JSONValue {
        var elements: [JSONValue] = []
        try open()
        while try hasNext(UInt8(ascii: "]"), isFirst: elements.isEmpty) {
            elements.append(try tree())
        }
        close()
        return .array(elements)
    }
}

extension JSONScanner {
    /// Notes where everything in the text stands. After an error, `index` has what was found until then.
    mutating func soleIndex(into index: inout JSONIndex) throws(JSONError) {
        try start()
        try add(to: &index)
        try finish()
    }

    private mutating func add(to index: inout JSONIndex) throws(JSONError) {
        guard at < text.count else { throw error(.unexpectedEnd) }
        switch byte {
        case UInt8(ascii: "{"): try addObject(to: &index)
        case UInt8(ascii: "["): try addArray(to: &index)
        default: index.append(try value())
        }
    }

    private mutating func addObject(to index: inout JSONIndex) throws(JSONError) {
        let floor = keys.count
        let start = at
        let object = index.open(.object, at: start)
        var last: Int?
        try open()
        while try hasNext(UInt8(ascii: "}"), isFirst: last == nil) {
            let key = try key(floor: floor)
            last = index.link(after: last)
            index.append(key)
            try add(to: &index)
            index.countOne(in: object)
        }
        try closeObject(floor: floor)
        index.close(object, at: at)
    }

    private mutating func addArray(to index: inout JSONIndex) throws(JSONError) {
        let start = at
        let array = index.open(.array, at: start)
        var last: Int?
        try open()
        while try hasNext(UInt8(ascii: "]"), isFirst: last == nil) {
            last = index.link(after: last)
            try add(to: &index)
            index.countOne(in: array)
        }
        close()
        index.close(array, at: at)
    }
}
