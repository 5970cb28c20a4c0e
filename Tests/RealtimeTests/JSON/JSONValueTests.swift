import Testing

@testable import Realtime

@Suite("JSON values")
struct JSONValueTests {
    @Test("a text becomes a tree that keeps the order of members")
    func parses() throws {
        let tree = try JSONValue.parse(#" {"b":[1,2.5,"x\n",true,null],"a":{"c":-1e2}} "#)
        #expect(tree.object?.map(\.key) == ["b", "a"])
        #expect(tree["b"] == .array([.int(1), .double(2.5), .string("x\n"), .bool(true), .null]))
        #expect(tree["a"]?["c"]?.double == -100)
        #expect(tree["c"] == nil)
        #expect(tree["b"]?["c"] == nil)
        #expect(tree["b"]?.array?[0].int == 1)
        #expect(tree["b"]?.array?[0].double == 1)
        #expect(tree["b"]?.array?[2].string == "x\n")
        #expect(tree["b"]?.array?[3].bool == true)
    }

    @Test("what the scanner refuses is refused", arguments: JSONScannerTests.rejected)
    func refuses(text: String, reason: JSONError.Reason) {
        withKnownReason(reason) { () throws(JSONError) in try JSONValue.parse(text) }
    }

    private func withKnownReason(
        _ reason: JSONError.Reason, _ body: () throws(JSONError) -> JSONValue
    ) {
        do throws(JSONError) {
            _ = try body()
            Issue.record("was accepted")
        } catch {
            #expect(error.reason == reason)
        }
    }

    @Test("a number too large for a double is refused, with its place")
    func tooLargeNumber() {
        #expect(throws: JSONError(reason: .numberTooLarge, offset: 3)) { try JSONValue.parse("[1,1e400]") }
    }

    @Test("equality ignores the order of members and nothing else")
    func equality() throws {
        #expect(try JSONValue.parse(#"{"a":1,"b":{"x":[]}}"#) == JSONValue.parse(#"{"b":{"x":[]},"a":1}"#))
        #expect(try JSONValue.parse("[1,2]") != JSONValue.parse("[2,1]"))
        #expect(try JSONValue.parse(#"{"a":1}"#) != JSONValue.parse(#"{"a":1,"b":1}"#))
        #expect(JSONValue.int(1) == .double(1))
        #expect(JSONValue.int(.max) != .double(0x1p63))
        #expect(JSONValue.string("e\u{301}") != .string("é"))
    }

    @Test("a tree survives being written and read")
    func roundTrips() throws {
        var random = SeededGenerator(seed: 42)
        for _ in 0..<300 {
            let tree = randomTree(depth: 4, &random)
            var buffer = ByteBuffer()
            buffer.appendJSON(tree)
            #expect(try JSONValue.parse(buffer.unsafeBytes) == tree)
        }
    }

    @Test("changed at random, a text is read or refused, and never anything else")
    func mutations() {
        let samples = JSONScannerTests.accepted.map { Array($0.utf8) }
        let spice =
            Array("{}[]\",:\\u0123456789eE+-.tfn \u{1}\u{7F}".utf8) + [0x80, 0xC3, 0xE2, 0xED, 0xF4, 0xFF]
        var random = SeededGenerator(seed: 1)
        var refused = 0
        var accepted = 0
        for _ in 0..<20_000 {
            var text = samples.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0...text.count, using: &random)
                let byte = spice.randomElement(using: &random) ?? 0
                switch Int.random(in: 0..<3, using: &random) {
                case 0: text.insert(byte, at: place)
                case 1 where place < text.count: text.remove(at: place)
                default: if place < text.count { text[place] = byte }
                }
            }
            let error = scan(text)
            do throws(JSONError) {
                let tree = try withExactBytes(text) { bytes in
                    Result { () throws(JSONError) in try JSONValue.parse(bytes) }
                }.get()
                #expect(error == nil)
                var buffer = ByteBuffer()
                buffer.appendJSON(tree)
                #expect((try? JSONValue.parse(buffer.unsafeBytes)) == tree)
                accepted += 1
            } catch {
                #expect(error.reason == .numberTooLarge || scan(text) == error)
                refused += 1
            }
        }
        #expect(refused > 5000 && accepted > 500)
    }

    private func randomTree(depth: Int, _ random: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .int(Int(truncatingIfNeeded: random.next()))
        case 3: return .double(Double.random(in: -1...1, using: &random))
        case 4, 5: return .string(randomString(&random))
        case 6:
            let count = Int.random(in: 0..<6, using: &random)
            return .array((0..<count).map { _ in randomTree(depth: depth - 1, &random) })
        default:
            let count = Int.random(in: 0..<40, using: &random)
            return .object(
                (0..<count).map {
                    .init("\($0)" + randomString(&random), randomTree(depth: depth - 1, &random))
                })
        }
    }

    private func randomString(_ random: inout SeededGenerator) -> String {
        let letters: [Character] = ["a", "\"", "\\", "\n", "\u{0}", "é", "€", "😀", "/", "\u{2028}"]
        return String(
            (0..<Int.random(in: 0..<20, using: &random)).map { _ in
                letters.randomElement(using: &random) ?? "a"
            })
    }
}
