/// The parameters in a request's query: `name=value` pairs between ampersands, percent-encoded, `+` for a
/// space. Nothing is decoded before it is asked for.
struct URLQuery: Sendable {
    /// How many pairs are read. No address of ours has more than a handful of parameters.
    static let maximumPairs = 64

    private let text: HTTPSlice

    /// The query of a request; none is an empty one.
    init(_ text: HTTPSlice?) {
        self.text = text ?? HTTPSlice("")
    }

    /// The value of a parameter that may be there once; nil when it is not.
    ///
    /// Given twice, it is refused: the first and the last would be equally good guesses, and a proxy may
    /// have checked the other one.
    func value(_ name: StaticString) throws(URLQueryError) -> String? {
        let values = try values(name)
        if values.count > 1 { throw .repeated }
        return values.first
    }

    /// The values of a parameter that may be there several times, in order.
    func values(_ name: StaticString) throws(URLQueryError) -> [String] {
        try text.withUnsafeBytes { text throws(URLQueryError) in
            let wanted = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
            var pairs = URLQueryPairs(text)
            var values: [String] = []
            while let pair = try pairs.next() {
                guard pair.name.percentDecodedEquals(wanted, plusIsSpace: true) else { continue }
                guard let value = pair.value.percentDecoded(plusIsSpace: true) else { throw .malformed }
                values.append(value)
            }
            return values
        }
    }

    /// All parameters, decoded, in order.
    func all() throws(URLQueryError) -> [(name: String, value: String)] {
        try text.withUnsafeBytes { text throws(URLQueryError) in
            var pairs = URLQueryPairs(text)
            var all: [(name: String, value: String)] = []
            while let pair = try pairs.next() {
                guard let name = pair.name.percentDecoded(plusIsSpace: true),
                    let value = pair.value.percentDecoded(plusIsSpace: true)
                else { throw .malformed }
                all.append((name, value))
            }
            return all
        }
    }
}

/// Why a query was refused.
enum URLQueryError: Error {
    /// An escape is broken, or what it stands for is not UTF-8.
    case malformed
    /// A parameter that may be there once is there several times.
    case repeated
    case tooManyPairs

    /// A sentence for whoever sent the request.
    var message: String {
        switch self {
        case .malformed: "A query parameter is not valid percent-encoded UTF-8."
        case .repeated: "A query parameter is there more than once."
        case .tooManyPairs: "There are too many query parameters."
        }
    }
}

/// Walks the pairs of a query as they were written. Empty pairs are passed over.
private struct URLQueryPairs {
    private let text: UnsafeRawBufferPointer
    private var position = 0
    private var count = 0

    init(_ text: UnsafeRawBufferPointer) {
        self.text = text
    }

    mutating func next() throws(URLQueryError) -> (
        name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer
    )? {
        while position < text.count {
            let end = text.position(of: UInt8(ascii: "&"), in: position..<text.count) ?? text.count
            let pair = position..<end
            position = end + 1
            if pair.isEmpty { continue }
            count += 1
            if count > URLQuery.maximumPairs { throw .tooManyPairs }
            let equals = text.position(of: UInt8(ascii: "="), in: pair) ?? end
            return (
                UnsafeRawBufferPointer(rebasing: text[pair.lowerBound..<equals]),
                UnsafeRawBufferPointer(rebasing: text[min(equals + 1, end)..<end])
            )
        }
        return nil
    }
}
