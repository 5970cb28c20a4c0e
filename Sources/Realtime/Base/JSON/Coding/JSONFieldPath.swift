/// One step on the way to a value: the key of a member, or the place of an element.
struct JSONPathKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ place: Int) {
        stringValue = String(place)
        intValue = place
    }

    init(_ key: String) {
        stringValue = key
        intValue = nil
    }

    init?(intValue: Int) {
        self.init(intValue)
    }

    init?(stringValue: String) {
        self.init(stringValue)
    }
}

/// The way to a value in words: `task_id`, `since.seq`, `items.3.name`. Nothing for the outermost value.
///
/// Members of dictionaries have names that a client chose, so what is said of them is bounded: a name that
/// is long or has control characters stands as `?`, and a long way is cut.
enum JSONFieldPath {
    private static let longestName = 64
    private static let longestPath = 256

    static func text(of keys: [any CodingKey]) -> String {
        var path = ""
        for key in keys {
            let name = name(of: key)
            guard path.utf8.count + name.utf8.count < longestPath else { return path + ".…" }
            if !path.isEmpty { path += "." }
            path += name
        }
        return path
    }

    private static func name(of key: any CodingKey) -> String {
        let name = key.stringValue
        // The standard library's own keys of elements say "Index 3".
        if let place = key.intValue, name == "Index \(place)" { return String(place) }
        let isPlain = name.unicodeScalars.allSatisfy { scalar in
            scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value)
        }
        return isPlain && (1...longestName).contains(name.utf8.count) ? name : "?"
    }
}
