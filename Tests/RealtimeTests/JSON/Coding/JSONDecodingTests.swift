import Testing

@testable import Realtime

private struct Task: Decodable, Equatable {
    var taskID: String
    var title: String?
    var priority: UInt8
    var since: Position?
    var items: [Item] = []

    struct Position: Decodable, Equatable {
        var seq: UInt64
    }

    struct Item: Decodable, Equatable {
        var name: String
        var status: Status?
    }

    enum Status: String, Decodable {
        case open, done
    }

    enum CodingKeys: String, CodingKey {
        case taskID = "task_id"
        case title, priority, since, items
    }
}

@Suite("Decoding JSON")
struct JSONDecodingTests {
    @Test("a type is read by its keys, whatever their order, and unknown members are ignored")
    func type() throws {
        let text = #"""
            {"items":[{"name":"a","status":"done"},{"name":"b","status":null}], "since":{"seq":18446744073709551615},
             "unknown":{"x":[1,{"y":2}]}, "priority":255, "title":null, "t\u0061sk_id":"T-\u00e9"}
            """#
        let task = try decode(Task.self, text)
        #expect(
            task
                == Task(
                    taskID: "T-é", title: nil, priority: 255, since: .init(seq: .max),
                    items: [.init(name: "a", status: .done), .init(name: "b", status: nil)]))
    }

    @Test(
        "what is wrong is said of the field that it is about",
        arguments: [
            (#"{"priority":1,"items":[]}"#, "task_id is missing"),
            (#"{"task_id":null,"priority":1,"items":[]}"#, "task_id must be a string"),
            (#"{"task_id":7,"priority":1,"items":[]}"#, "task_id must be a string"),
            (#"{"task_id":"","title":{},"priority":1,"items":[]}"#, "title must be a string"),
            (#"{"task_id":"","priority":256,"items":[]}"#, "priority must be a whole number from 0 to 255"),
            (#"{"task_id":"","priority":-1,"items":[]}"#, "priority must be a whole number from 0 to 255"),
            (#"{"task_id":"","priority":1.0,"items":[]}"#, "priority must be a whole number from 0 to 255"),
            (#"{"task_id":"","priority":1e1,"items":[]}"#, "priority must be a whole number from 0 to 255"),
            (#"{"task_id":"","priority":"1","items":[]}"#, "priority must be a whole number from 0 to 255"),
            (#"{"task_id":"","priority":1,"since":[],"items":[]}"#, "since must be an object"),
            (#"{"task_id":"","priority":1,"since":{},"items":[]}"#, "since.seq is missing"),
            (
                #"{"task_id":"","priority":1,"since":{"seq":-1},"items":[]}"#,
                "since.seq must be a whole number that is not negative"
            ),
            (#"{"task_id":"","priority":1}"#, "items is missing"),
            (#"{"task_id":"","priority":1,"items":{}}"#, "items must be an array"),
            (#"{"task_id":"","priority":1,"items":[{"name":""},3]}"#, "items.1 must be an object"),
            (#"{"task_id":"","priority":1,"items":[{"name":""},null]}"#, "items.1 must be an object"),
            (#"{"task_id":"","priority":1,"items":[{"name":""},{}]}"#, "items.1.name is missing"),
            (
                #"{"task_id":"","priority":1,"items":[{"name":""},{"name":false}]}"#,
                "items.1.name must be a string"
            ),
            (
                #"{"task_id":"","priority":1,"items":[{"name":"","status":"secret"}]}"#,
                "items.0.status is not accepted"
            ),
            ("[]", "the value must be an object"),
            ("null", "the value must be an object"),
            (
                #"{"task_id":"a""#,
                "the value is not accepted: the text ends in the middle of a value (byte 14)"
            ),
        ])
    func fields(text: String, sentence: String) {
        #expect(refusal(Task.self, text) == sentence)
    }

    @Test("the outermost value has the name that it is given")
    func wholeName() {
        let failure = JSONDecodingFailure(problem: .mustBe(.object), path: "")
        #expect(failure.sentence(of: "data") == "data must be an object")
        #expect(JSONDecodingFailure(problem: .missing, path: "a").sentence(of: "data") == "a is missing")
    }

    private func bounds<Integer: FixedWidthInteger & Decodable & Sendable>(_ type: Integer.Type) throws {
        #expect(try decode(type, "\(Integer.min)") == .min)
        #expect(try decode(type, "\(Integer.max)") == .max)
        #expect(try decode([String: Integer].self, #"{"a":\#(Integer.max)}"#) == ["a": .max])
        #expect(try decode([Integer].self, "[0,-0,\(Integer.min)]") == [0, 0, .min])
        let above = "\(Integer.max)".dropLast() + "8"
        for text in [
            "\(Integer.max)0", String(above), "-\(Integer.max)9", "1.0", "1e0", #""1""#, "true", "[]", "null",
        ] where text != "\(Integer.min)" {
            #expect(refusal(type, text)?.hasPrefix("the value must be a whole number") == true, "\(text)")
        }
    }

    @Test("whole numbers of every width are read up to their bounds, and not beyond")
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

    @Test("numbers are read to the nearest, and refused where they are too large")
    func numbers() throws {
        #expect(try decode(Double.self, "0.1") == 0.1)
        #expect(try decode(Double.self, "7") == 7)
        #expect(try decode(Double.self, "1.7976931348623157e308") == .greatestFiniteMagnitude)
        #expect(try decode(Double.self, "5e-324") == .leastNonzeroMagnitude)
        #expect(try decode(Double.self, "-0.0").sign == .minus)
        #expect(try decode(Float.self, "3.4028235e38") == .greatestFiniteMagnitude)
        // Between two floats, nearer to the upper one by less than a double tells apart.
        #expect(try decode(Float.self, "1.000000059604644775390626") == Float(1).nextUp)
        #expect(refusal(Double.self, "1e309") == "the value must be a number")
        #expect(refusal(Float.self, "1e39") == "the value must be a number")
        #expect(refusal([Double].self, #"[1,"1"]"#) == "1 must be a number")
        #expect(refusal([Bool].self, "[true,0]") == "1 must be true or false")
    }

    @Test("dictionaries have their members' names in the path, and no name that could not be printed")
    func dictionaries() throws {
        #expect(try decode([String: [Int]].self, #"{"a":[1],"":[]}"#) == ["a": [1], "": []])
        #expect(try decode([Int: Bool].self, #"{"-3":true}"#) == [-3: true])
        #expect(refusal([String: Int].self, #"{"color":""}"#) == "color must be a whole number")
        #expect(refusal([String: Int].self, #"{"a\nb":""}"#) == "? must be a whole number")
        #expect(refusal([String: Int].self, #"{"":""}"#) == "? must be a whole number")
        let long = String(repeating: "x", count: 65)
        #expect(refusal([String: Int].self, #"{"\#(long)":""}"#) == "? must be a whole number")
        let deep = String(repeating: #"{"\#(long.dropLast())":"#, count: 5)
        let path = refusal(
            [String: [String: [String: [String: [String: Int]]]]].self, deep + "[]}}}}}")
        #expect(path.map { $0.hasSuffix(".… must be a whole number") && $0.count < 300 } == true)
    }

    @Test("optionals, enumerations with values and recursive types are read")
    func swiftTypes() throws {
        enum Shape: Decodable, Equatable {
            case circle(radius: Double)
            case named(String)
        }
        final class Tree: Decodable {
            var children: [Tree]
        }
        #expect(try decode([Int?].self, "[1,null]") == [1, nil])
        #expect(try decode(Int?.self, "null") == nil)
        #expect(try decode(Shape.self, #"{"circle":{"radius":2}}"#) == .circle(radius: 2))
        #expect(try decode(Shape.self, #"{"named":{"_0":"x"}}"#) == .named("x"))
        #expect(refusal(Shape.self, #"{"circle":{}}"#) == "circle.radius is missing")
        #expect(refusal(Shape.self, #"{"square":{}}"#) == "the value is not accepted")
        #expect(
            refusal(Shape.self, #"{"circle":{"radius":1},"named":{"_0":""}}"#) == "the value is not accepted")
        #expect(try decode(Tree.self, #"{"children":[{"children":[]}]}"#).children.count == 1)
    }
}
