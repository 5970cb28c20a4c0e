/// The SHA-256 of a token, by which it is remembered: whoever reads the memory finds no token in it.
struct TokenDigest: Equatable, Sendable {
    let words: (UInt64, UInt64, UInt64, UInt64)

    /// Enough of it to be found by. Who has two tokens that share it has one of them remembered.
    var prefix: UInt64 { words.0 }

    static func == (left: TokenDigest, right: TokenDigest) -> Bool {
        left.words == right.words
    }
}
