/// A `POST` request that is written once and then only gets its few changing digits.
///
/// The body's placeholders are `{user}` (eight hex digits) and `{tag}` (a `Tag`), each as often as one likes.
/// It owns its memory; one thread uses it.
final class RequestTemplate {
    private let bytes: UnsafeMutableRawBufferPointer
    private let userOffsets: [Int]
    private let tagOffsets: [Int]

    init(target: Target, path: String, token: String, body: String) {
        let expanded = Self.expand(body)
        let head = Array(
            Self.head(target: target, path: path, token: token, length: expanded.bytes.count).utf8)
        userOffsets = expanded.users.map { head.count + $0 }
        tagOffsets = expanded.tags.map { head.count + $0 }
        bytes = .allocate(byteCount: head.count + expanded.bytes.count, alignment: 8)
        bytes.copyBytes(from: head + expanded.bytes)
    }

    deinit { bytes.deallocate() }

    /// The whole request for this user with this tag; good until the next call.
    func request(user: UInt32, _ tag: Tag) -> UnsafeRawBufferPointer {
        for offset in userOffsets { Hex.write(user, to: bytes.baseAddress! + offset) }
        for offset in tagOffsets { tag.write(to: bytes.baseAddress! + offset) }
        return UnsafeRawBufferPointer(bytes)
    }

    static func head(target: Target, path: String, token: String, length: Int) -> String {
        let lines = [
            "POST \(path) HTTP/1.1",
            "Host: \(target.host):\(target.port)",
            "Authorization: Bearer \(token)",
            "Content-Type: application/json",
            "Content-Length: \(length)",
        ]
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    /// The body with zeros for its placeholders, and where those are.
    private static func expand(_ body: String) -> (bytes: [UInt8], users: [Int], tags: [Int]) {
        var result: (bytes: [UInt8], users: [Int], tags: [Int]) = ([], [], [])
        var rest = Substring(body)
        while let character = rest.first {
            if rest.hasPrefix("{user}") {
                result.users.append(result.bytes.count)
                result.bytes += [UInt8](repeating: 0x30, count: 8)
                rest.removeFirst(6)
            } else if rest.hasPrefix("{tag}") {
                result.tags.append(result.bytes.count)
                result.bytes += [UInt8](repeating: 0x30, count: Tag.width)
                rest.removeFirst(5)
            } else {
                result.bytes += Array(String(character).utf8)
                rest.removeFirst()
            }
        }
        return result
    }
}
