extension ByteBuffer {
    /// Appends a value of the application's own type as JSON.
    ///
    /// Containers may be filled in any order, as Codable allows. A value that encodes nothing is `{}`. When
    /// this throws, the buffer is as it was.
    ///
    /// - Parameter depth: How many arrays and objects may stand inside each other, at most 512.
    mutating func appendJSON(
        encoding value: some Encodable, depth: Int = JSONLimits.default.depth
    ) throws(JSONEncodingFailure) {
        let start = count
        let target = JSONEncodingTarget(depth: depth)
        swap(&self, &target.text.buffer)
        do {
            try target.encodeOutermost(value)
            swap(&self, &target.text.buffer)
        } catch {
            swap(&self, &target.text.buffer)
            removeLast(count - start)
            throw target.failure(error)
        }
        do throws(JSONEncodingFailure) {
            try checkWritten(after: start)
        } catch {
            removeLast(count - start)
            throw error
        }
    }

    /// Reads what was written once more. Only this sees a key that was encoded twice: `Encodable` does not
    /// forbid it, and a reader as strict as the scanner would refuse the message.
    private func checkWritten(after start: Int) throws(JSONEncodingFailure) {
        let text = UnsafeRawBufferPointer(rebasing: unsafeBytes[start...])
        let limits = JSONLimits(depth: 512, bytes: Int(UInt32.max), members: .max, numberLength: .max)
        var scanner = JSONScanner(text, limits: limits, isUTF8: true)
        do throws(JSONError) {
            _ = try scanner.soleValue()
        } catch {
            var index = JSONIndex(forTextOf: text.count)
            var again = JSONScanner(text, limits: limits, isUTF8: true)
            try? again.soleIndex(into: &index)
            let path = index.unfinished.map { index.path(to: $0, in: text) } ?? []
            throw JSONEncodingFailure(
                problem: error.reason == .duplicateKey ? .duplicateKey : .outOfTurn,
                path: JSONFieldPath.text(of: path))
        }
    }
}
