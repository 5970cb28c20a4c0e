/// Names one connection of any transport for as long as it lives, and says which loop it lives on.
///
/// It is a number, not text, because rooms keep one for every member and ask it for the loop with every
/// message. Clients see `conn_` and 13 digits, and make nothing of them.
struct ConnectionID: Hashable, Sendable {
    let rawValue: UInt64

    /// How many loops can be told apart.
    static let loopLimit = 1 << 10

    fileprivate init(loop: Int, serial: UInt64) {
        rawValue = UInt64(loop) << 54 | serial & (1 << 54 - 1)
    }

    /// Reads the written form; nil for any other text.
    init?(_ text: String) {
        let digits = text.utf8.dropFirst(Self.prefix.utf8CodeUnitCount)
        guard text.hasPrefix(Self.prefix.description), digits.count == 13,
            let value = Array(digits).withUnsafeBytes({ Base32.read($0) })
        else { return nil }
        rawValue = value
    }

    fileprivate static let prefix: StaticString = "conn_"

    /// The index of the loop that the connection lives on.
    var loop: Int { Int(rawValue >> 54) }
}

extension ConnectionID: CustomStringConvertible {
    var description: String {
        var buffer = ByteBuffer(capacity: 18)
        buffer.append(self)
        return String(decoding: buffer.unsafeBytes, as: UTF8.self)
    }
}

extension ByteBuffer {
    /// Appends the written form of 18 bytes.
    mutating func append(_ id: ConnectionID) {
        append(ConnectionID.prefix)
        Base32.write(id.rawValue, to: UnsafeMutableRawBufferPointer(rebasing: reserve(13)[..<13]))
        commit(13)
    }
}

/// Names the connections of one loop. It begins somewhere at random, so that a client that comes back after
/// a restart does not meet its old name on somebody else.
struct ConnectionIDGenerator {
    private let loop: Int
    private var serial: UInt64

    init(loop: Int, startingAt serial: UInt64) {
        precondition((0..<ConnectionID.loopLimit).contains(loop), "no such loop")
        self.loop = loop
        self.serial = serial
    }

    init(loop: Int) {
        self.init(loop: loop, startingAt: .random(in: 0..<1 << 54))
    }

    mutating func next() -> ConnectionID {
        serial &+= 1
        return ConnectionID(loop: loop, serial: serial)
    }
}
