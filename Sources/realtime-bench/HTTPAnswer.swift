import Glibc

/// A response to a request of this generator, as ranges of the bytes that were scanned.
struct HTTPAnswer: Equatable {
    static let longestHead = 16_384

    let status: Int
    let body: Range<Int>

    /// The answer that begins with the bytes, or nil when it is not all there yet.
    ///
    /// Strict on purpose: a fault in the server's framing must end a run and not be counted as an answer. Only
    /// bodies whose length is said are understood, which is all that this server's API sends.
    static func scan(_ bytes: UnsafeRawBufferPointer) throws(BenchFailure) -> HTTPAnswer? {
        guard let emptyLine = bytes.find("\r\n\r\n", from: 0) else {
            if bytes.count > longestHead { throw BenchFailure("the head of an answer has no end") }
            return nil
        }
        let start = emptyLine + 4
        let status = try status(bytes)
        guard let length = try contentLength(bytes, headEnd: start) else {
            throw BenchFailure("an answer has no Content-Length: \(bytes.excerpt)")
        }
        guard bytes.count - start >= length else { return nil }
        return HTTPAnswer(status: status, body: start..<start + length)
    }

    /// The three digits of `HTTP/1.1 201 Created`.
    private static func status(_ bytes: UnsafeRawBufferPointer) throws(BenchFailure) -> Int {
        let prefix: StaticString = "HTTP/1.1 "
        let width = prefix.utf8CodeUnitCount
        guard bytes.count > width + 3, memcmp(bytes.baseAddress!, prefix.utf8Start, width) == 0,
            let status = Digits.read(bytes, from: width), status.end == width + 3,
            bytes[status.end] == 0x20
        else { throw BenchFailure("an answer is not HTTP/1.1: \(bytes.excerpt)") }
        return status.value
    }

    /// Walks the lines of the head; the first is the status line, the last is empty.
    private static func contentLength(
        _ bytes: UnsafeRawBufferPointer, headEnd: Int
    ) throws(BenchFailure) -> Int? {
        var length: Int?
        var line = bytes.find("\r\n", from: 0)! + 2
        while line < headEnd - 2 {
            let end = bytes.find("\r\n", from: line)!
            if nameIs("content-length:", bytes, at: line) {
                var digits = line + 15
                while bytes[digits] == 0x20 { digits += 1 }
                guard length == nil, let value = Digits.read(bytes, from: digits), value.end == end else {
                    throw BenchFailure("an answer's Content-Length is wrong: \(bytes.excerpt)")
                }
                length = value.value
            } else if nameIs("transfer-encoding:", bytes, at: line) {
                throw BenchFailure("an answer came in chunks, which nothing here asks for")
            }
            line = end + 2
        }
        return length
    }

    /// Whether the line begins with this name, which is in lower case and ends in its colon.
    private static func nameIs(_ name: StaticString, _ bytes: UnsafeRawBufferPointer, at line: Int) -> Bool {
        guard line + name.utf8CodeUnitCount <= bytes.count else { return false }
        return strncasecmp(
            (bytes.baseAddress! + line).assumingMemoryBound(to: CChar.self),
            UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self), name.utf8CodeUnitCount) == 0
    }
}

/// Decimal digits in bytes.
enum Digits {
    /// The whole number that begins at an offset, and the offset after it; nil without a digit, or with more of
    /// them than any number here has.
    static func read(_ bytes: UnsafeRawBufferPointer, from start: Int) -> (value: Int, end: Int)? {
        var value = 0
        var end = start
        while end < bytes.count, case let digit = bytes[end], 0x30...0x39 ~= digit {
            if end - start == 15 { return nil }
            value = value * 10 + Int(digit - 0x30)
            end += 1
        }
        return end == start ? nil : (value, end)
    }
}
