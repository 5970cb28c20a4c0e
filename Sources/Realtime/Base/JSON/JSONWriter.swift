/// Writes the members of one object.
///
/// An object exists only while its closure runs and an array's elements have no way to take a key, so a
/// comma, colon or bracket can't be forgotten or doubled:
///
///     buffer.appendJSONObject { object in
///         object.string("type", "ack")
///         object.object("data") { $0.int("seq", 7) }
///     }
///
/// Keys are not checked for duplicates. While a nested closure runs, the buffer belongs to the inner writer.
struct JSONObjectWriter: ~Copyable {
    fileprivate var buffer = ByteBuffer()
    private var comma = JSONComma()

    fileprivate init() {}

    mutating func string(_ key: String, _ value: String) {
        self.key(key)
        buffer.appendJSON(string: value)
    }

    /// Writes a string from bytes that are known to be UTF-8.
    mutating func string(_ key: String, utf8: UnsafeRawBufferPointer) {
        self.key(key)
        buffer.appendJSON(utf8: utf8)
    }

    mutating func int(_ key: String, _ value: some FixedWidthInteger) {
        self.key(key)
        buffer.append(decimal: value)
    }

    mutating func double(_ key: String, _ value: Double) {
        self.key(key)
        buffer.appendJSON(double: value)
    }

    mutating func bool(_ key: String, _ value: Bool) {
        self.key(key)
        buffer.appendJSON(bool: value)
    }

    mutating func null(_ key: String) {
        self.key(key)
        buffer.append("null" as StaticString)
    }

    /// Writes one JSON value as it is, for relaying what a scanner has validated.
    mutating func raw(_ key: String, _ json: UnsafeRawBufferPointer) {
        self.key(key)
        buffer.append(json)
    }

    mutating func value(_ key: String, _ value: JSONValue) {
        self.key(key)
        buffer.appendJSON(value)
    }

    /// Writes several members as they are, for what was written as the inside of an object before.
    mutating func members(_ json: UnsafeRawBufferPointer) {
        comma.next(in: &buffer)
        buffer.append(json)
    }

    mutating func object<Failure>(
        _ key: String, _ body: (inout JSONObjectWriter) throws(Failure) -> Void
    ) throws(Failure) {
        self.key(key)
        try buffer.appendJSONObject(body)
    }

    mutating func array<Failure>(
        _ key: String, _ body: (inout JSONArrayWriter) throws(Failure) -> Void
    ) throws(Failure) {
        self.key(key)
        try buffer.appendJSONArray(body)
    }

    private mutating func key(_ key: String) {
        comma.next(in: &buffer)
        buffer.appendJSON(string: key)
        buffer.append(UInt8(ascii: ":"))
    }
}

/// Writes the elements of one array.
struct JSONArrayWriter: ~Copyable {
    fileprivate var buffer = ByteBuffer()
    private var comma = JSONComma()

    fileprivate init() {}

    mutating func string(_ value: String) {
        comma.next(in: &buffer)
        buffer.appendJSON(string: value)
    }

    /// Writes a string from bytes that are known to be UTF-8.
    mutating func string(utf8: UnsafeRawBufferPointer) {
        comma.next(in: &buffer)
        buffer.appendJSON(utf8: utf8)
    }

    mutating func int(_ value: some FixedWidthInteger) {
        comma.next(in: &buffer)
        buffer.append(decimal: value)
    }

    mutating func double(_ value: Double) {
        comma.next(in: &buffer)
        buffer.appendJSON(double: value)
    }

    mutating func bool(_ value: Bool) {
        comma.next(in: &buffer)
        buffer.appendJSON(bool: value)
    }

    mutating func null() {
        comma.next(in: &buffer)
        buffer.append("null" as StaticString)
    }

    /// Writes one JSON value as it is, for relaying what a scanner has validated.
    mutating func raw(_ json: UnsafeRawBufferPointer) {
        comma.next(in: &buffer)
        buffer.append(json)
    }

    mutating func value(_ value: JSONValue) {
        comma.next(in: &buffer)
        buffer.appendJSON(value)
    }

    mutating func object<Failure>(
        _ body: (inout JSONObjectWriter) throws(Failure) -> Void
    ) throws(Failure) {
        comma.next(in: &buffer)
        try buffer.appendJSONObject(body)
    }

    mutating func array<Failure>(
        _ body: (inout JSONArrayWriter) throws(Failure) -> Void
    ) throws(Failure) {
        comma.next(in: &buffer)
        try buffer.appendJSONArray(body)
    }
}

/// Puts a comma in front of everything in one bracket but the first thing.
private struct JSONComma {
    private var isFirst = true

    mutating func next(in buffer: inout ByteBuffer) {
        if isFirst {
            isFirst = false
        } else {
            buffer.append(UInt8(ascii: ","))
        }
    }
}

extension ByteBuffer {
    /// Appends an object whose members `body` writes. When it throws, what was written stays, unclosed.
    mutating func appendJSONObject<Failure>(
        _ body: (inout JSONObjectWriter) throws(Failure) -> Void
    ) throws(Failure) {
        append(UInt8(ascii: "{"))
        var writer = JSONObjectWriter()
        swap(&self, &writer.buffer)
        defer { swap(&self, &writer.buffer) }
        try body(&writer)
        writer.buffer.append(UInt8(ascii: "}"))
    }

    /// Appends an array whose elements `body` writes. When it throws, what was written stays, unclosed.
    mutating func appendJSONArray<Failure>(
        _ body: (inout JSONArrayWriter) throws(Failure) -> Void
    ) throws(Failure) {
        append(UInt8(ascii: "["))
        var writer = JSONArrayWriter()
        swap(&self, &writer.buffer)
        defer { swap(&self, &writer.buffer) }
        try body(&writer)
        writer.buffer.append(UInt8(ascii: "]"))
    }
}
