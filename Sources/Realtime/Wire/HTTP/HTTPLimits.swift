/// How much of a request is accepted before it is refused.
///
/// Each bound is checked before the bytes that would break it are stored, so a connection never holds more
/// than the request line and the fields may measure together.
struct HTTPLimits: Equatable, Sendable {
    /// The request line with its line end. Default 8 KiB, what RFC 9112 asks every server to take; 414 above.
    var requestLineBytes: Int
    /// All field lines together with their line ends. Default 16 KiB, twice what browsers send with
    /// large cookies; 431 above.
    var fieldBytes: Int
    /// How many field lines. Default 100: browsers send about 20, and every look-up walks them; 431 above.
    var fieldCount: Int
    /// The body, without the framing of chunks. Default 1 MiB; 413 above.
    var bodyBytes: Int
    /// All chunk extensions of one body together. Default 4 KiB; nobody needs any, and unbounded they
    /// would make a tiny body endless; 413 above.
    var chunkExtensionBytes: Int
    /// All trailer lines of one body together. Default 4 KiB; they are checked and dropped; 431 above.
    var trailerBytes: Int

    init(
        requestLineBytes: Int = 8 * 1024,
        fieldBytes: Int = 16 * 1024,
        fieldCount: Int = 100,
        bodyBytes: Int = 1024 * 1024,
        chunkExtensionBytes: Int = 4 * 1024,
        trailerBytes: Int = 4 * 1024
    ) {
        precondition(
            requestLineBytes >= 0 && fieldBytes >= 0 && fieldCount >= 0 && bodyBytes >= 0
                && chunkExtensionBytes >= 0 && trailerBytes >= 0, "a limit can't be negative")
        precondition(
            requestLineBytes <= 1 << 30 && fieldBytes <= 1 << 30, "positions in a head are 32 bits wide")
        self.requestLineBytes = requestLineBytes
        self.fieldBytes = fieldBytes
        self.fieldCount = fieldCount
        self.bodyBytes = bodyBytes
        self.chunkExtensionBytes = chunkExtensionBytes
        self.trailerBytes = trailerBytes
    }
}
