/// One field line, as positions in the head.
struct HTTPField: Equatable, Sendable {
    let name: HTTPRange
    /// Without the white space around it.
    let value: HTTPRange

    /// Reads a line without its line end.
    init(_ line: Range<Int>, of head: UnsafeRawBufferPointer) throws(HTTPParseFailure) {
        var colon = line.lowerBound
        while colon < line.upperBound, HTTPGrammar.isToken(head[colon]) { colon += 1 }
        guard colon < line.upperBound, head[colon] == UInt8(ascii: ":"), colon > line.lowerBound else {
            throw Self.failure(of: line, at: colon, of: head)
        }
        var start = colon + 1
        var end = line.upperBound
        while start < end, HTTPGrammar.isBlank(head[start]) { start += 1 }
        while end > start, HTTPGrammar.isBlank(head[end - 1]) { end -= 1 }
        guard HTTPGrammar.isFieldValue(UnsafeRawBufferPointer(rebasing: head[start..<end])) else {
            throw .invalidFieldValue
        }
        name = HTTPRange(line.lowerBound..<colon)
        value = HTTPRange(start..<end)
    }

    /// What is wrong with a line whose name does not reach to a colon.
    private static func failure(
        of line: Range<Int>, at position: Int, of head: UnsafeRawBufferPointer
    ) -> HTTPParseFailure {
        guard position < line.upperBound, HTTPGrammar.isBlank(head[position]) else {
            return .invalidFieldName
        }
        return position == line.lowerBound ? .foldedField : .whitespaceBeforeColon
    }
}
