/// The SHA-256 of a token, by which it is remembered: whoever reads the memory finds no token in it.
struct TokenDigest: Hashable, Sendable {
    let words: (UInt64, UInt64, UInt64, UInt64)

    static func == (left: TokenDigest, right: TokenDigest) -> Bool {
        left.words == right.words
    }

    /// Any part of a SHA-256 is as good as all of it.
    func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
    }
}
