import Foundation
import Testing

@testable import Realtime

@Suite("JSON values in events")
struct JSONValueCodableTests {
    private struct Event: Codable, Equatable {
        var name: String
        var data: JSONValue
        var more: JSONValue?
    }

    private let text = #"{"name":"n","data":{"b":[1,2.5,"x\n",true,null],"a":{"c":-100,"d":1e300}}}"#

    @Test("a value is read as it was written, and written back")
    func exact() throws {
        let event = try decode(Event.self, text)
        #expect(event.data.object?.map(\.key) == ["b", "a"])
        #expect(event.data["b"] == .array([.int(1), .double(2.5), .string("x\n"), .bool(true), .null]))
        #expect(event.more == nil)
        #expect(try encode(event) == text.replacing("1e300", with: "1e+300"))
        #expect(try decode(JSONValue.self, text) == JSONValue.parse(text))
        #expect(try decode([JSONValue].self, #"[null,{},[]]"#) == [.null, .object([]), .array([])])
    }

    @Test("a number too large for a double is refused with the name of the field")
    func tooLarge() {
        #expect(refusal(Event.self, #"{"name":"","data":{"x":[1,1e999]}}"#) == "data.x.1 must be a number")
    }

    @Test("another coder reads and writes it too")
    func foundation() throws {
        let event = try JSONDecoder().decode(Event.self, from: Data(text.utf8))
        #expect(try event == decode(Event.self, text))
        #expect(try decode(Event.self, Array(JSONEncoder().encode(event))) == event)
    }

    @Test("an object with the same key twice is not written")
    func duplicates() {
        let value = JSONValue.object([.init("k", .int(1)), .init("k", .int(2))])
        #expect(refusal(encoding: ["v": value]) == "v has the same key twice")
    }
}
