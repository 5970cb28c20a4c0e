/// A request that is written once and then only gets its few changing digits.
///
/// The placeholders are `{user}` (eight hex digits) and `{tag}` (a `Tag`), each as often as one likes.
/// It owns its memory; one thread uses it.
final class RequestTemplate {
    private let bytes: UnsafeMutableRawBufferPointer
    private let userOffsets: [Int]
    private let tagOffsets: [Int]

    /// `text` is the whole request.
    init(_ text: String) {
        let expanded = Self.expand(text)
        userOffsets = expanded.users
        tagOffsets = expanded.tags
        bytes = .allocate(byteCount: expanded.bytes.count, alignment: 8)
        bytes.copyBytes(from: expanded.bytes)
    }

    deinit { bytes.deallocate() }

    /// The whole request for this user with this tag; good until the next call.
    func request(user: UInt32, _ tag: Tag) -> UnsafeRawBufferPointer {
        for offset in userOffsets { Hex.write(user, to: bytes.baseAddress! + offset) }
        for offset in tagOffsets { tag.write(to: bytes.baseAddress! + offset) }
        return UnsafeRawBufferPointer(bytes)
    }

    static func post(_ path: String, _ body: String, _ options: Options) -> String {
        let length = expand(body).bytes.count
        return head(
            "POST \(path)", options, ["Content-Type: application/json", "Content-Length: \(length)"]) + body
    }

    static func get(_ path: String, _ options: Options) -> String {
        head("GET \(path)", options, [])
    }

    private static func head(_ start: String, _ options: Options, _ more: [String]) -> String {
        let lines = [
            "\(start) HTTP/1.1",
            "Host: \(options.target.host):\(options.target.port)",
            "Authorization: Bearer \(options.notifications.token)",
        ]
        return (lines + more).joined(separator: "\r\n") + "\r\n\r\n"
    }

    /// The text with zeros for its placeholders, and where those are.
    private static func expand(_ text: String) -> (bytes: [UInt8], users: [Int], tags: [Int]) {
        var result: (bytes: [UInt8], users: [Int], tags: [Int]) = ([], [], [])
        var rest = Substring(text)
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
