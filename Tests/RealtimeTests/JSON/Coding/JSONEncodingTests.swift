import Testing

@testable import Realtime

@Suite("Encoding JSON")
struct JSONEncodingTests {
    @Test("a type is written by its keys, in their order, without what is nil")
    func type() throws {
        struct Task: Encodable {
            var taskID = "T-\"1\"\n"
            var title: String?
            var done = false
            var ratio = 0.1
            var nested = Nested()
            var list: [Int?] = [1, nil, 3]
            var status = Status.open

            struct Nested: Encodable {
                var seq = UInt64.max
                var none: [String: Int] = [:]
            }

            enum Status: String, Encodable { case open }

            enum CodingKeys: String, CodingKey {
                case taskID = "task_id"
                case title, done, ratio, nested, list, status
            }
        }
        #expect(
            try encode(Task())
                == #"{"task_id":"T-\"1\"\n","done":false,"ratio":0.1,"nested":{"seq":18446744073709551615,"none":{}},"#
                + #""list":[1,null,3],"status":"open"}"#)
    }

    @Test("values of JSON's own stand alone")
    func fragments() throws {
        #expect(try encode("é") == #""é""#)
        #expect(try encode(true) == "true")
        #expect(try encode(Int?.none) == "null")
        #expect(try encode(1e21) == "1e+21")
        #expect(try encode(Float(0.1)) == "0.1")
        #expect(try encode(Int128.min) == "-170141183460469231731687303715884105728")
        #expect(try encode(UInt128.max) == "340282366920938463463374607431768211455")
        #expect(try encode(["a": [1]]) == #"{"a":[1]}"#)
    }

    private func bounds<Integer: FixedWidthInteger & Codable & Sendable>(_ type: Integer.Type) throws {
        for value in [Integer.min, 0, .max] {
            #expect(try encode(value) == "\(value)")
            #expect(try encode([value]) == "[\(value)]")
            #expect(try encode(["k": value]) == #"{"k":\#(value)}"#)
            #expect(try decode(type, try encode(value)) == value)
        }
    }

    @Test("whole numbers of every width survive at their bounds")
    func wholeNumbers() throws {
        try bounds(Int.self)
        try bounds(Int8.self)
        try bounds(Int16.self)
        try bounds(Int32.self)
        try bounds(Int64.self)
        try bounds(Int128.self)
        try bounds(UInt.self)
        try bounds(UInt8.self)
        try bounds(UInt16.self)
        try bounds(UInt32.self)
        try bounds(UInt64.self)
        try bounds(UInt128.self)
    }

    @Test("doubles and floats survive, the smallest, the largest and any between")
    func numbers() throws {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<2000 {
            let double = Double(bitPattern: random.next())
            if double.isFinite {
                #expect(try decode(Double.self, try encode(double)).bitPattern == double.bitPattern)
            }
            let float = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
            if float.isFinite {
                #expect(try decode(Float.self, try encode(float)).bitPattern == float.bitPattern)
            }
        }
        #expect(try decode([Double].self, try encode([-0.0])).first?.sign == .minus)
    }

    @Test("what JSON cannot say is refused with the name of the field, and nothing stays in the buffer")
    func notFinite() {
        struct Reading: Encodable {
            var name = "n"
            var values: [String: [Double]]
        }
        let problem = "is infinite or not a number, which JSON cannot say"
        #expect(refusal(encoding: Double.nan) == "the value \(problem)")
        #expect(refusal(encoding: [1, .infinity]) == "1 \(problem)")
        #expect(refusal(encoding: ["x": -Float.infinity]) == "x \(problem)")
        #expect(refusal(encoding: Reading(values: ["a": [0, .nan]])) == "values.a.1 \(problem)")
        #expect(
            refusal(encoding: ["t": JSONValue.array([.object([.init("k", .double(.nan))])])])
                == "t.0.k \(problem)")
    }

    @Test("depth is bounded, for values that contain themselves too")
    func depth() throws {
        final class Cycle: Encodable {
            var next: Cycle?
        }
        let cycle = Cycle()
        cycle.next = cycle
        #expect(refusal(encoding: cycle)?.hasSuffix("is nested too deep") == true)
        cycle.next = nil
        #expect(refusal(encoding: [[[Int]]](), depth: 1) == nil)
        #expect(try encode([[1]], depth: 2) == "[[1]]")
        #expect(refusal(encoding: [[[1]]], depth: 2) == "0.0 is nested too deep")
        #expect(refusal(encoding: [JSONValue.array([.array([])])], depth: 2) == "0.0 is nested too deep")
        #expect(try encode([JSONValue.array([.int(1)])], depth: 2) == "[[1]]")
    }

    @Test("what a type's own encode throws is refused with the name of the innermost field")
    func ownErrors() {
        let refusing = Encoding { encoder in
            var container = encoder.container(keyedBy: AnyKey.self)
            try container.encode(1, forKey: "before")
            throw OwnError()
        }
        let naming = Encoding { encoder in
            throw EncodingError.invalidValue(
                1, .init(codingPath: [AnyKey("x"), AnyKey("y")], debugDescription: "secret"))
        }
        #expect(refusal(encoding: refusing) == "the value cannot be encoded")
        #expect(refusal(encoding: ["a": [refusing]]) == "a.0 cannot be encoded")
        #expect(refusal(encoding: naming) == "x.y cannot be encoded")
    }

    @Test("a key that is encoded twice is refused with the name of the object")
    func duplicates() {
        let twice = Encoding { encoder in
            var container = encoder.container(keyedBy: AnyKey.self)
            try container.encode(1, forKey: "k")
            try container.encode(2, forKey: "k")
        }
        let many = Encoding { encoder in
            var container = encoder.container(keyedBy: AnyKey.self)
            for key in 0..<100 { try container.encode(key, forKey: AnyKey("\(key % 99)")) }
        }
        #expect(refusal(encoding: twice) == "the value has the same key twice")
        #expect(refusal(encoding: ["a": [1: twice]]) == "a.1 has the same key twice")
        #expect(refusal(encoding: [["x": many]]) == "0.x has the same key twice")
    }
}
