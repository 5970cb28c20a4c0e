/// JSON texts: the walk and the tree agree on what is JSON, a tree survives being written and read, and
/// no proper beginning of an object, array or string is JSON itself.
enum JSONFuzz: FuzzTarget {
    static func run(_ input: UnsafeRawBufferPointer) {
        let limits = JSONLimits(depth: 16, members: 64, numberLength: 64)
        do throws(JSONError) {
            var scanner = JSONScanner(input, limits: limits)
            let slice = try scanner.soleValue()
            precondition(slice.range.upperBound <= input.count, "a slice past the end")
            refusesBeginning(of: slice.bytes(in: input), kind: slice.kind, limits)
            survives(input, limits)
            if slice.kind == .object { walks(input, limits) }
        } catch {
            precondition(error.offset <= input.count, "an error past the end")
            precondition(
                (try? JSONValue.parse(input, limits: limits)) == nil, "the tree takes what the walk refuses")
        }
    }

    /// Member by member there is the same to read, and each value is a whole text of its own.
    private static func walks(_ input: UnsafeRawBufferPointer, _ limits: JSONLimits) {
        do throws(JSONError) {
            var members = JSONScanner(input, limits: limits)
            try members.enterObject()
            while let member = try members.nextMember() {
                var key = member.key.string(in: input) ?? ""
                let equalsItself = key.withUTF8 { member.key.equals(UnsafeRawBufferPointer($0), in: input) }
                precondition(equalsItself, "a key differs from its own text")
                var value = JSONScanner(member.value.bytes(in: input), limits: limits)
                let alone = try value.soleValue()
                precondition(alone.kind == member.value.kind, "a value is of another kind by itself")
            }
        } catch {
            preconditionFailure("the walk refuses what the scanner takes")
        }
    }

    private static func survives(_ input: UnsafeRawBufferPointer, _ limits: JSONLimits) {
        do throws(JSONError) {
            let tree = try JSONValue.parse(input, limits: limits)
            var written = ByteBuffer()
            written.appendJSON(tree)
            let read = try JSONValue.parse(written.unsafeBytes)
            precondition(read == tree, "another tree after writing and reading")
        } catch {
            precondition(error.reason == .numberTooLarge, "the tree refuses what the walk takes")
        }
    }

    private static func refusesBeginning(
        of text: UnsafeRawBufferPointer, kind: JSONSlice.Kind, _ limits: JSONLimits
    ) {
        guard kind == .object || kind == .array || kind == .string else { return }
        let cut = min(text.cut, text.count - 1)
        // Copied, so that the sanitizer sees a read past the cut.
        let beginning = UnsafeMutableRawBufferPointer.allocate(byteCount: cut, alignment: 1)
        defer { beginning.deallocate() }
        beginning.copyMemory(from: UnsafeRawBufferPointer(rebasing: text[..<cut]))
        do throws(JSONError) {
            var scanner = JSONScanner(UnsafeRawBufferPointer(beginning), limits: limits)
            _ = try scanner.soleValue()
            preconditionFailure("a text that was cut off is taken")
        } catch {
            precondition(
                error.reason == .unexpectedEnd, "a text that was cut off is refused for another reason")
        }
    }
}
