/// A type that JSON has a word for: what a container reads or writes without asking the type's own Codable.
protocol JSONPrimitive: Codable {
    /// What a value has to be to become one.
    static var expectation: JSONExpectation { get }

    /// Nil when the value is of another kind or out of range.
    init?(json slice: JSONSlice, in text: UnsafeRawBufferPointer)

    /// False for the numbers that JSON can't write: infinity and not-a-number.
    var isWritable: Bool { get }

    /// The caller has asked `isWritable`.
    func append(to buffer: inout ByteBuffer)
}

extension JSONPrimitive {
    var isWritable: Bool { true }
}

extension String: JSONPrimitive {
    static var expectation: JSONExpectation { .string }

    init?(json slice: JSONSlice, in text: UnsafeRawBufferPointer) {
        guard let string = slice.string(in: text) else { return nil }
        self = string
    }

    func append(to buffer: inout ByteBuffer) {
        buffer.appendJSON(string: self)
    }
}

extension Bool: JSONPrimitive {
    static var expectation: JSONExpectation { .bool }

    init?(json slice: JSONSlice, in text: UnsafeRawBufferPointer) {
        guard let bool = slice.bool else { return nil }
        self = bool
    }

    func append(to buffer: inout ByteBuffer) {
        buffer.appendJSON(bool: self)
    }
}

extension Double: JSONPrimitive {
    static var expectation: JSONExpectation { .number }

    init?(json slice: JSONSlice, in text: UnsafeRawBufferPointer) {
        guard let double = slice.double(in: text) else { return nil }
        self = double
    }

    var isWritable: Bool { isFinite }

    func append(to buffer: inout ByteBuffer) {
        buffer.appendJSON(double: self)
    }
}

extension Float: JSONPrimitive {
    static var expectation: JSONExpectation { .number }

    /// Not by way of a double: rounding twice may end beside the nearest.
    init?(json slice: JSONSlice, in text: UnsafeRawBufferPointer) {
        guard slice.kind == .number,
            let float = Float(String(decoding: slice.bytes(in: text), as: UTF8.self)), float.isFinite
        else { return nil }
        self = float
    }

    var isWritable: Bool { isFinite }

    func append(to buffer: inout ByteBuffer) {
        buffer.append(description)
    }
}

// MARK: - Whole numbers

extension JSONPrimitive where Self: FixedWidthInteger {
    static var expectation: JSONExpectation {
        if let min = Int(exactly: min), let max = Int(exactly: max), bitWidth < 64 {
            .wholeNumberWithin(min...max)
        } else {
            isSigned ? .wholeNumber : .wholeNumberNotNegative
        }
    }

    init?(json slice: JSONSlice, in text: UnsafeRawBufferPointer) {
        guard let integer: Self = slice.integer(in: text) else { return nil }
        self = integer
    }

    func append(to buffer: inout ByteBuffer) {
        buffer.append(decimal: self)
    }
}

extension Int: JSONPrimitive {}
extension Int8: JSONPrimitive {}
extension Int16: JSONPrimitive {}
extension Int32: JSONPrimitive {}
extension Int64: JSONPrimitive {}
extension Int128: JSONPrimitive {}
extension UInt: JSONPrimitive {}
extension UInt8: JSONPrimitive {}
extension UInt16: JSONPrimitive {}
extension UInt32: JSONPrimitive {}
extension UInt64: JSONPrimitive {}
extension UInt128: JSONPrimitive {}
