import Glibc

/// Text that equals only itself, byte for byte.
///
/// `String` calls two texts equal when Unicode says that they mean the same: "é" as one scalar and as a
/// letter with an accent behind it. For a name that a peer chose this would make two different rooms one,
/// and a check done on one spelling pass for the other. Here they stay two, in `==` and in `hash`.
struct ExactText: Sendable {
    let string: String

    init(_ string: String) {
        self.string = string
    }

    /// - Parameter utf8: Bytes that are known to be UTF-8.
    init(utf8: UnsafeRawBufferPointer) {
        string = String(decoding: utf8, as: UTF8.self)
    }

    var byteCount: Int { string.utf8.count }

    /// Lends out the UTF-8.
    @inline(__always)
    func withUTF8<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        string.utf8Span.span.withUnsafeBytes(body)
    }

    /// Whether it has just these bytes.
    func equals(_ bytes: UnsafeRawBufferPointer) -> Bool {
        withUTF8 { own in
            guard own.count == bytes.count else { return false }
            guard let one = own.baseAddress, let other = bytes.baseAddress else { return true }
            return memcmp(one, other, bytes.count) == 0
        }
    }
}

extension ExactText: Hashable {
    static func == (left: ExactText, right: ExactText) -> Bool {
        right.withUTF8 { left.equals($0) }
    }

    func hash(into hasher: inout Hasher) {
        withUTF8 { hasher.combine(bytes: $0) }
        // No UTF-8 has this byte: it keeps two texts in a row apart from the same bytes divided otherwise.
        hasher.combine(0xFF as UInt8)
    }
}

extension ExactText: Comparable {
    /// The order of the bytes, in which no two texts are level but equal ones.
    static func < (left: ExactText, right: ExactText) -> Bool {
        left.withUTF8 { left in right.withUTF8 { left.lexicographicallyPrecedes($0) } }
    }
}
