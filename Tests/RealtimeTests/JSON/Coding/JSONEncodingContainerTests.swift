import Testing

@testable import Realtime

@Suite("Encoding containers of JSON")
struct JSONEncodingContainerTests {
    @Test("what encodes nothing is an empty object, and containers that get nothing are empty")
    func empty() throws {
        let nothing = Encoding { _ in }
        #expect(try encode(nothing) == "{}")
        #expect(try encode([nothing]) == "[{}]")
        #expect(try encode(["a": nothing]) == #"{"a":{}}"#)
        #expect(try encode(Encoding { _ = $0.container(keyedBy: AnyKey.self) }) == "{}")
        #expect(try encode(Encoding { _ = $0.unkeyedContainer() }) == "[]")
        #expect(try encode(Encoding { _ = $0.singleValueContainer() }) == "{}")
        let abandoned = Encoding { encoder in
            var container = encoder.container(keyedBy: AnyKey.self)
            _ = container.nestedContainer(keyedBy: AnyKey.self, forKey: "a")
            _ = container.nestedUnkeyedContainer(forKey: "b")
            _ = container.superEncoder()
            _ = container.superEncoder(forKey: "c")
            var list = container.nestedUnkeyedContainer(forKey: "d")
            _ = list.superEncoder()
            _ = list.nestedContainer(keyedBy: AnyKey.self)
            _ = list.nestedUnkeyedContainer()
            _ = list.superEncoder()
        }
        #expect(try encode(abandoned) == #"{"a":{},"b":[],"super":{},"c":{},"d":[{},{},[],{}]}"#)
    }

    @Test("containers of one encoder are one container")
    func shared() throws {
        class Base: Encodable {
            var id = 1

            enum CodingKeys: CodingKey { case id }

            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(id, forKey: .id)
            }
        }
        final class Derived: Base {
            var name = "n"

            enum OwnKeys: CodingKey { case name }

            override func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: OwnKeys.self)
                try super.encode(to: encoder)
                try container.encode(name, forKey: .name)
            }
        }
        #expect(try encode([Derived()]) == #"[{"id":1,"name":"n"}]"#)
        let lists = Encoding { encoder in
            var one = encoder.unkeyedContainer()
            var other = encoder.unkeyedContainer()
            try one.encode(1)
            try other.encode(2)
            try one.encode(3)
            #expect(one.count == 3 && other.count == 3)
        }
        #expect(try encode(lists) == "[1,2,3]")
        let members = Encoding { encoder in
            var container = encoder.container(keyedBy: AnyKey.self)
            var one = container.nestedContainer(keyedBy: AnyKey.self, forKey: "a")
            try one.encode(1, forKey: "x")
            try container.encode(2, forKey: "b")
            var again = container.nestedContainer(keyedBy: AnyKey.self, forKey: "a")
            try again.encode(3, forKey: "y")
        }
        #expect(try encode(members) == #"{"a":{"x":1,"y":3},"b":2}"#)
    }

    @Test("containers are filled in any order, also after others were filled behind them")
    func interleaved() throws {
        let value = Encoding { encoder in
            var outer = encoder.container(keyedBy: AnyKey.self)
            let parent = outer.superEncoder()
            var first = outer.nestedContainer(keyedBy: AnyKey.self, forKey: "first")
            var second = outer.nestedUnkeyedContainer(forKey: "second")
            try second.encode(1)
            try first.encode("late", forKey: "x")
            try outer.encode(true, forKey: "third")
            var deep = first.nestedUnkeyedContainer(forKey: "deep")
            try second.encode(["k": 2])
            try deep.encode(3)
            let element = deep.superEncoder()
            try deep.encode(5)
            var single = element.singleValueContainer()
            try single.encode(4)
            try first.encodeNil(forKey: "y")
            var inParent = parent.container(keyedBy: AnyKey.self)
            try inParent.encode([6], forKey: "p")
            try second.encode(7)
            #expect(deep.codingPath.map(\.stringValue) == ["v", "first", "deep"])
            #expect(element.codingPath.map(\.stringValue) == ["v", "first", "deep", "1"])
        }
        #expect(
            try encode(["v": value])
                == #"{"v":{"super":{"p":[6]},"first":{"x":"late","deep":[3,4,5],"y":null},"#
                + #""second":[1,{"k":2},7],"third":true}}"#)
    }

    @Test("an error that a type catches leaves nothing of the value that threw")
    func recovered() throws {
        let half = Encoding { encoder in
            var container = encoder.container(keyedBy: AnyKey.self)
            var list = container.nestedUnkeyedContainer(forKey: "half")
            try container.encode(1, forKey: "x")
            try list.encode("written")
            throw OwnError()
        }
        let value = Encoding { encoder in
            var outer = encoder.container(keyedBy: AnyKey.self)
            var list = outer.nestedUnkeyedContainer(forKey: "list")
            #expect(throws: EncodingError.self) { try outer.encode(Double.nan, forKey: "a") }
            #expect(throws: OwnError.self) { try outer.encode(half, forKey: "b") }
            try outer.encode(1, forKey: "c")
            #expect(throws: OwnError.self) { try list.encode(half) }
            #expect(throws: EncodingError.self) { try list.encode([Float.nan]) }
            try list.encode(2)
            #expect(throws: OwnError.self) { try list.encode(half) }
            let single = outer.superEncoder(forKey: "d")
            var whole = single.singleValueContainer()
            #expect(throws: OwnError.self) { try whole.encode(half) }
            try whole.encode("whole")
        }
        #expect(try encode(value) == #"{"list":[2],"c":1,"d":"whole"}"#)
    }

    @Test("a container that was given up does not count for the depth")
    func depthAfterFailure() throws {
        let value = Encoding { encoder in
            var list = encoder.unkeyedContainer()
            var element = list.superEncoder().singleValueContainer()
            let half = Encoding { encoder in
                _ = encoder.unkeyedContainer()
                throw OwnError()
            }
            #expect(throws: OwnError.self) { try element.encode(half) }
            try element.encode([1])
        }
        #expect(try encode(value, depth: 2) == "[[1]]")
    }

    @Test("two kinds of container, or two single values, for one value are refused")
    func twoValues() {
        let kinds = Encoding { encoder in
            var container = encoder.container(keyedBy: AnyKey.self)
            var list = encoder.unkeyedContainer()
            try list.encode(1)
            try container.encode(1, forKey: "a")
        }
        let silent = Encoding { encoder in
            _ = encoder.unkeyedContainer()
            _ = encoder.container(keyedBy: AnyKey.self)
        }
        let singles = Encoding { encoder in
            var container = encoder.singleValueContainer()
            try container.encode(1)
            try container.encode("a")
        }
        let mixed = Encoding { encoder in
            var container = encoder.container(keyedBy: AnyKey.self)
            try container.encode(1, forKey: "a")
            var single = encoder.singleValueContainer()
            try single.encode(2)
        }
        for value in [kinds, silent, singles, mixed] {
            #expect(refusal(encoding: ["v": value]) == "v has more than one value")
        }
    }

    @Test("a container that is kept is refused after its value is complete, and when all is over")
    func kept() throws {
        var kept: KeyedEncodingContainer<AnyKey>?
        var keptEncoder: (any Encoder)?
        let keeping = Encoding { encoder in
            keptEncoder = encoder
            kept = encoder.container(keyedBy: AnyKey.self)
        }
        let late = Encoding { encoder in
            var list = encoder.unkeyedContainer()
            try list.encode(keeping)
            try kept?.encode(1, forKey: "late")
        }
        #expect(refusal(encoding: late) == "the value was written to out of turn")
        #expect(try encode(keeping) == "{}")
        #expect(throws: EncodingError.self) { try kept?.encode(1, forKey: "late") }
        var single = keptEncoder?.singleValueContainer()
        #expect(throws: EncodingError.self) { try single?.encode(1) }
        var dead = keptEncoder?.unkeyedContainer()
        #expect(throws: EncodingError.self) { try dead?.encode(1) }
        #expect(kept?.codingPath.isEmpty == true && dead?.count == 0)
    }

    @Test("a value that writes outside of itself is refused")
    func outside() {
        let value = Encoding { encoder in
            var outer = encoder.container(keyedBy: AnyKey.self)
            var same = outer
            let intruder = Encoding { _ in try same.encode(1, forKey: "inside") }
            try outer.encode(intruder, forKey: "a")
        }
        #expect(refusal(encoding: value) == "a was written to out of turn")
        let late = Encoding { encoder in
            var outer = encoder.unkeyedContainer()
            let hole = outer.superEncoder()
            var sibling = outer.nestedUnkeyedContainer()
            let intruder = Encoding { _ in try sibling.encode(1) }
            var single = hole.singleValueContainer()
            try single.encode(intruder)
        }
        #expect(refusal(encoding: late) == "0 was written to out of turn")
    }
}
