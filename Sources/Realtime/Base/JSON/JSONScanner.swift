/// Reads one JSON text in one pass, without building a tree and without allocating.
///
/// It is strict: RFC 8259 to the letter, UTF-8 checked, half surrogate pairs and duplicate keys refused,
/// everything bounded by `JSONLimits`. A value is validated to its end before its slice is handed out, and
/// nothing may follow the outermost value but white space.
///
/// To walk an object, enter it and take its members until there are none:
///
///     var scanner = JSONScanner(text)
///     try scanner.enterObject()
///     while let member = try scanner.nextMember() { … }
///
/// What lies inside a member's value is walked by another scanner over that value's bytes. The text must
/// stay where it is for as long as the scanner is used. After an error the scanner is of no more use.
struct JSONScanner: ~Copyable {
    /// A member of an object: its key, a string, and its value.
    struct Member {
        let key: JSONSlice
        let value: JSONSlice
    }

    let text: UnsafeRawBufferPointer
    let limits: JSONLimits
    let checksUTF8: Bool

    var at = 0
    private var depth = 0
    private var isFirst = true
    var keys = JSONKeyStack()

    /// - Parameter isUTF8: True when the text is known to be UTF-8, as that of a WebSocket text message is.
    init(_ text: UnsafeRawBufferPointer, limits: JSONLimits = .default, isUTF8: Bool = false) {
        self.text = text
        self.limits = limits
        self.checksUTF8 = !isUTF8
    }

    /// The only value of the text, validated to the end of the text.
    mutating func soleValue() throws(JSONError) -> JSONSlice {
        try start()
        let value = try value()
        try finish()
        return value
    }

    /// Goes into the outermost value, which must be an object.
    mutating func enterObject() throws(JSONError) {
        try start()
        guard at < text.count else { throw error(.unexpectedEnd) }
        guard byte == UInt8(ascii: "{") else { throw error(.notAnObject) }
        try open()
    }

    /// The next member of the object that was entered, or `nil` at the end of the object and the text.
    mutating func nextMember() throws(JSONError) -> Member? {
        guard try hasNext(UInt8(ascii: "}"), isFirst: isFirst) else {
            try closeObject(floor: 0)
            try finish()
            return nil
        }
        isFirst = false
        let key = try key(floor: 0)
        return Member(key: key, value: try value())
    }

    /// Goes into the outermost value, which must be an array.
    mutating func enterArray() throws(JSONError) {
        try start()
        guard at < text.count else { throw error(.unexpectedEnd) }
        guard byte == UInt8(ascii: "[") else { throw error(.notAnArray) }
        try open()
    }

    /// The next element of the array that was entered, or `nil` at the end of the array and the text.
    mutating func nextElement() throws(JSONError) -> JSONSlice? {
        guard try hasNext(UInt8(ascii: "]"), isFirst: isFirst) else {
            close()
            try finish()
            return nil
        }
        isFirst = false
        return try value()
    }

    mutating func start() throws(JSONError) {
        precondition(at == 0, "a scanner reads its text once")
        guard text.count <= limits.bytes else { throw JSONError(reason: .tooLarge, offset: limits.bytes) }
        skipWhitespace()
    }

    mutating func finish() throws(JSONError) {
        skipWhitespace()
        guard at == text.count else { throw error(.trailingBytes) }
    }
}

// MARK: - Values

extension JSONScanner {
    /// Validates the value that starts here and goes past it.
    mutating func value() throws(JSONError) -> JSONSlice {
        guard at < text.count else { throw error(.unexpectedEnd) }
        let start = at
        switch byte {
        case UInt8(ascii: "\""):
            return try string()
        case UInt8(ascii: "{"):
            try skipObject()
            return JSONSlice(kind: .object, start: start, end: at)
        case UInt8(ascii: "["):
            try skipArray()
            return JSONSlice(kind: .array, start: start, end: at)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return try number()
        case UInt8(ascii: "t"):
            return try literal("true", .true)
        case UInt8(ascii: "f"):
            return try literal("false", .false)
        case UInt8(ascii: "n"):
            return try literal("null", .null)
        default:
            throw error(.unexpectedByte)
        }
    }

    private mutating func skipObject() throws(JSONError) {
        let floor = keys.count
        try open()
        var isFirst = true
        while try hasNext(UInt8(ascii: "}"), isFirst: isFirst) {
            isFirst = false
            _ = try key(floor: floor)
            _ = try value()
        }
        try closeObject(floor: floor)
    }

    private mutating func skipArray() throws(JSONError) {
        try open()
        var isFirst = true
        while try hasNext(UInt8(ascii: "]"), isFirst: isFirst) {
            isFirst = false
            _ = try value()
        }
        close()
    }

    /// Goes past an opening bracket.
    @inline(__always)
    mutating func open() throws(JSONError) {
        guard depth < limits.depth else { throw error(.tooDeep) }
        depth &+= 1
        at &+= 1
    }

    /// Goes past a closing bracket.
    @inline(__always)
    mutating func close() {
        depth &-= 1
        at &+= 1
    }

    @inline(__always)
    mutating func closeObject(floor: Int) throws(JSONError) {
        if let duplicate = keys.close(floor: floor, in: text) {
            throw JSONError(reason: .duplicateKey, offset: duplicate)
        }
        close()
    }

    /// Goes to the next member or element, past the comma before it; false in front of `closing`.
    @inline(__always)
    mutating func hasNext(_ closing: UInt8, isFirst: Bool) throws(JSONError) -> Bool {
        skipWhitespace()
        guard at < text.count else { throw error(.unexpectedEnd) }
        if byte == closing { return false }
        if !isFirst {
            guard byte == UInt8(ascii: ",") else { throw error(.unexpectedByte) }
            at &+= 1
            skipWhitespace()
        }
        return true
    }

    /// Reads a key and goes to its value.
    @inline(__always)
    mutating func key(floor: Int) throws(JSONError) -> JSONSlice {
        guard at < text.count else { throw error(.unexpectedEnd) }
        guard byte == UInt8(ascii: "\"") else { throw error(.unexpectedByte) }
        let key = try string()
        guard keys.count &- floor < limits.members else {
            throw JSONError(reason: .tooManyMembers, offset: key.range.lowerBound)
        }
        guard keys.push(key, in: text, floor: floor) else {
            throw JSONError(reason: .duplicateKey, offset: key.range.lowerBound)
        }
        skipWhitespace()
        guard at < text.count else { throw error(.unexpectedEnd) }
        guard byte == UInt8(ascii: ":") else { throw error(.unexpectedByte) }
        at &+= 1
        skipWhitespace()
        return key
    }
}

// MARK: - Bytes

extension JSONScanner {
    @inline(__always)
    var base: UnsafeRawPointer { text.baseAddress.unsafelyUnwrapped }

    /// The byte here. The caller knows that there is one.
    @inline(__always)
    var byte: UInt8 {
        assert(at < text.count)
        return base.load(fromByteOffset: at, as: UInt8.self)
    }

    @inline(__always)
    private mutating func skipWhitespace() {
        while at < text.count, byte <= 0x20 {
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            at &+= 1
        }
    }

    func error(_ reason: JSONError.Reason, at offset: Int? = nil) -> JSONError {
        JSONError(reason: reason, offset: offset ?? at)
    }
}
