import Testing

@testable import Realtime

@Suite("Redacted target")
struct RedactedTargetTests {
    @Test(
        "the path and the names of the query stay, and nothing else",
        arguments: [
            ("/ws", "/ws"),
            ("/ws?", "/ws?*"),
            ("/ws?token=SECRET", "/ws?token"),
            ("/ws?token=SECRET&device_id=7", "/ws?token&device_id"),
            ("/ws?a=1&token=SECRET=SECRET&b=", "/ws?a&token&b"),
            ("/ws?token=SECRET?token=SECRET", "/ws?token"),
            ("/ws?SECRET", "/ws?*"),
            ("/ws?=SECRET", "/ws?*"),
            ("/ws?a=1&SECRET&&b=2", "/ws?a&*&*&b"),
            ("/ws#token=SECRET", "/ws"),
            ("/ws?a=1#token=SECRET", "/ws?a"),
            ("http://user:SECRET@host/ws?token=SECRET", "*@host/ws?token"),
            ("http://user:SECRET@SECRET@host/", "*@host/"),
            ("*", "*"),
            ("", ""),
        ])
    func redacts(target: String, shown: String) {
        #expect(RedactedTarget(target).description == shown)
    }

    @Test("a name too long to be one is hidden")
    func longName() {
        let name = String(repeating: "S", count: 33)
        #expect(
            RedactedTarget("/ws?\(name)=1&\(name.dropLast())=1").description == "/ws?*&\(name.dropLast())")
    }

    @Test("a long path and a long query are cut")
    func bounded() {
        let path = "/" + String(repeating: "p", count: 10_000)
        let query = Array(repeating: "k=v", count: 10_000).joined(separator: "&")
        let shown = RedactedTarget(path + "?" + query).description
        #expect(shown.utf8.count < 400)
        #expect(shown.contains("ppp…?k&k"))
        #expect(shown.hasSuffix("&k&…"))
    }

    @Test("bytes that are not text do no harm")
    func notText() {
        let bytes: [UInt8] = [0x2F, 0xFF, 0x0A, 0x3F, 0xC3, 0x3D, 0x31]
        let target = RedactedTarget(bytes.span)
        #expect(target.description == "/\u{FFFD}\n?\u{FFFD}")
    }
}
