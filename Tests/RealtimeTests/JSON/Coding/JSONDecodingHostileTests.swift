import Testing

@testable import Realtime

private struct Event: Codable, Equatable {
    var id: Int64
    var name: String
    var ratio: Double?
    var on: Bool
    var tags: [String]
    var inner: [String: [UInt16]]
}

private let sample =
    #"{"id":-12,"name":"a\u00e9😀\n","ratio":1.5e3,"on":true,"tags":["x","y"],"inner":{"k":[1,2]}}"#

@Suite("Decoding hostile JSON")
struct JSONDecodingHostileTests {
    @Test("a text that is cut anywhere is refused")
    func truncated() throws {
        let text = Array(sample.utf8)
        _ = try decode(Event.self, text)
        for end in 0..<text.count {
            do throws(JSONDecodingFailure) {
                _ = try decode(Event.self, Array(text[..<end]))
                Issue.record("accepted \(end) bytes")
            } catch {
                guard case .json = error.problem, error.path.isEmpty else {
                    Issue.record("\(error.sentence) at \(end)")
                    continue
                }
            }
        }
    }

    @Test("a value of the wrong kind in any place is refused with the name of the place")
    func wrongKinds() throws {
        let tree = try JSONValue.parse(sample)
        let kinds: [JSONValue] = [.bool(true), .int(7), .double(0.5), .string("x"), .array([]), .object([])]
        let accepted: [String: Set<Int>] = [
            "id": [1], "name": [3], "ratio": [1, 2], "on": [0], "tags": [4], "inner": [5],
        ]
        for (place, member) in (tree.object ?? []).enumerated() {
            for (kind, value) in kinds.enumerated() {
                var members = tree.object ?? []
                members[place] = .init(member.key, value)
                var buffer = ByteBuffer()
                buffer.appendJSON(.object(members))
                let sentence = refusal(Event.self, String(decoding: buffer.array, as: UTF8.self))
                if accepted[member.key]?.contains(kind) == true {
                    #expect(sentence == nil)
                } else {
                    #expect(sentence?.hasPrefix("\(member.key) must be ") == true)
                }
            }
        }
    }

    @Test("too deep, too large, twice the same key: refused before anything is decoded")
    func bounded() {
        struct Never: Decodable {
            init(from decoder: any Decoder) {
                Issue.record("was decoded")
            }
        }
        let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        #expect(refusal(Never.self, deep) == "the value is not accepted: nested too deep (byte 64)")
        #expect(refusal(Never.self, #"{"x":\#(deep)}"#)?.contains("nested too deep") == true)
        #expect(refusal(Never.self, #"{"a":1,"\u0061":2}"#)?.contains("the same key twice") == true)
        #expect(refusal(Never.self, #"{"x":[{"a":1,"a":2}]}"#)?.contains("the same key twice") == true)
        #expect(
            refusal(Never.self, String(repeating: "9", count: 5000))?.contains("too long a number") == true)
        #expect(refusal(Never.self, "[1,2]", limits: JSONLimits(bytes: 4))?.contains("too large") == true)
        #expect(
            refusal(Never.self, #"{"a":1,"b":2}"#, limits: JSONLimits(members: 1))?.contains("too many")
                == true)
        #expect(refusal(Never.self, "{} {}")?.contains("more bytes") == true)
        #expect(refusal(Never.self, "")?.contains("ends in the middle") == true)
    }

    @Test("numbers of a thousand digits are refused or rounded, and never wrap")
    func hugeNumbers() throws {
        let huge = String(repeating: "9", count: 1000)
        #expect(refusal(Int.self, huge) == "the value must be a whole number")
        #expect(refusal(UInt128.self, huge) == "the value must be a whole number that is not negative")
        #expect(refusal(Double.self, huge) == "the value must be a number")
        #expect(try decode(Double.self, "0." + huge) == 1)
        #expect(refusal(Int.self, "18446744073709551617") == "the value must be a whole number")
        #expect(refusal(Int8.self, "-129") == "the value must be a whole number from -128 to 127")
    }

    @Test("depth up to the limit is decoded by a recursive type")
    func deepTypes() throws {
        indirect enum Nest: Decodable {
            case end
            case more(Nest)

            init(from decoder: any Decoder) throws {
                var list = try decoder.unkeyedContainer()
                self = list.isAtEnd ? .end : .more(try list.decode(Nest.self))
            }
        }
        let text = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
        _ = try decode(Nest.self, text, limits: JSONLimits(depth: 512))
        #expect(refusal(Nest.self, text, limits: JSONLimits(depth: 511)) != nil)
    }

    @Test("a dictionary with very many members is read to the last of them")
    func manyMembers() throws {
        let count = 50_000
        let members = (0..<count).map { #""key\#($0)":{"a":\#($0)}"# }.joined(separator: ",")
        let decoded = try decode(
            [String: [String: Int]].self, "{\(members)}", limits: JSONLimits(members: count))
        #expect(decoded.count == count && decoded["key777"] == ["a": 777])
    }

    @Test("changed at random, a text is decoded or refused, and what is decoded survives encoding")
    func mutations() throws {
        let spice = Array("{}[]\",:\\u0123456789eE+-.tfn \u{1}".utf8) + [0x80, 0xC3, 0xF4, 0xFF]
        var random = SeededGenerator(seed: 7)
        var accepted = 0
        for _ in 0..<20_000 {
            var text = Array(sample.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<text.count, using: &random)
                let byte = spice.randomElement(using: &random) ?? 0
                switch Int.random(in: 0..<3, using: &random) {
                case 0: text.insert(byte, at: place)
                case 1: text.remove(at: place)
                default: text[place] = byte
                }
            }
            guard let event = try? decode(Event.self, text) else { continue }
            accepted += 1
            #expect(try decode(Event.self, try encode(event)) == event)
        }
        #expect(accepted > 500 && accepted < 15_000)
    }
}
