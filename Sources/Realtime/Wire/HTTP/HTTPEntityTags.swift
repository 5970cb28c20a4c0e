/// The list of entity tags in an `If-None-Match` field.
enum HTTPEntityTags {
    /// Whether a list names a tag, or says `*`, which names every one.
    ///
    /// The comparison is the weak one, in which `W/` does not count: it asks whether a copy is good enough.
    /// A list that is broken somewhere holds what came before that.
    static func list(_ list: UnsafeRawBufferPointer, contains tag: String) -> Bool {
        let list = list.trimmingBlanks
        if list.equals("*") { return true }
        var position = 0
        while position < list.count {
            // Commas may stand inside the quotes, so the list can't be split at them.
            if HTTPGrammar.isBlank(list[position]) || list[position] == UInt8(ascii: ",") {
                position += 1
                continue
            }
            if list[position] == UInt8(ascii: "W"), position + 1 < list.count,
                list[position + 1] == UInt8(ascii: "/")
            {
                position += 2
            }
            guard position < list.count, list[position] == UInt8(ascii: "\""),
                let close = list.position(of: UInt8(ascii: "\""), in: position + 1..<list.count)
            else { return false }
            if list[position...close].elementsEqual(tag.utf8) { return true }
            position = close + 1
        }
        return false
    }
}
