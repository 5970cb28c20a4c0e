import Testing

@testable import Realtime

/// Decodes by whatever the closure does; the closures are told apart by type.
private protocol Script {
    static func run(_ decoder: any Decoder) throws
}

private struct Decoding<S: Script>: Decodable {
    init(from decoder: any Decoder) throws {
        try S.run(decoder)
    }
}

@Suite("Decoding containers of JSON")
struct JSONDecodingContainerTests {
    @Test("nested containers and super decoders say where they are")
    func nested() throws {
        enum Walk: Script {
            static func run(_ decoder: any Decoder) throws {
                let outer = try decoder.container(keyedBy: AnyKey.self)
                #expect(outer.allKeys.map(\.stringValue) == ["a", "list", "super", "b"])
                #expect(outer.contains("a") && !outer.contains("z"))
                let inner = try outer.nestedContainer(keyedBy: AnyKey.self, forKey: "a")
                #expect(inner.codingPath.map(\.stringValue) == ["a"])
                #expect(try inner.decode(Int.self, forKey: "n") == 1)
                var list = try outer.nestedUnkeyedContainer(forKey: "list")
                #expect(list.count == 5 && list.currentIndex == 0)
                #expect(try list.decodeNil() == false)
                #expect(try list.nestedContainer(keyedBy: AnyKey.self).decode(Bool.self, forKey: "x"))
                var deeper = try list.nestedUnkeyedContainer()
                #expect(try deeper.decode(String.self) == "y" && deeper.isAtEnd)
                #expect(deeper.codingPath.map(\.stringValue) == ["list", "1"])
                #expect(try list.decodeNil() && list.currentIndex == 3)
                let element = try list.superDecoder()
                #expect(element.codingPath.map(\.stringValue) == ["list", "3"])
                #expect(try element.singleValueContainer().decode(Double.self) == 2.5)
                #expect(throws: DecodingError.self) { try list.decode(Int.self) }
                #expect(try list.decode(String.self) == "last", "an element of another kind stays the next")
                #expect(list.isAtEnd)
                #expect(try outer.superDecoder().singleValueContainer().decode(String.self) == "s")
                #expect(try outer.superDecoder(forKey: "b").unkeyedContainer().count == 0)
                #expect(try outer.decodeNil(forKey: "b") == false)
                #expect(try outer.decodeIfPresent(Int.self, forKey: "z") == nil)
            }
        }
        _ = try decode(
            Decoding<Walk>.self,
            #"{"a":{"n":1},"list":[{"x":true},["y"],null,2.5,"last"],"super":"s","b":[]}"#)
    }

    @Test("what is missing, or is of another kind, is named in every container")
    func failures() {
        enum Short: Script {
            static func run(_ decoder: any Decoder) throws {
                var list = try decoder.unkeyedContainer()
                while true { _ = try list.decode(String.self) }
            }
        }
        enum NoSuper: Script {
            static func run(_ decoder: any Decoder) throws {
                _ = try decoder.container(keyedBy: AnyKey.self).superDecoder()
            }
        }
        enum NoNested: Script {
            static func run(_ decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: AnyKey.self)
                _ = try container.nestedContainer(keyedBy: AnyKey.self, forKey: "a")
            }
        }
        enum WrongNested: Script {
            static func run(_ decoder: any Decoder) throws {
                var list = try decoder.unkeyedContainer()
                _ = try list.nestedUnkeyedContainer()
            }
        }
        #expect(refusal(Decoding<Short>.self, #"["a","b"]"#) == "2 is missing")
        #expect(refusal([String: Decoding<Short>].self, #"{"k":["a",null]}"#) == "k.1 must be a string")
        #expect(refusal(Decoding<NoSuper>.self, "{}") == "super is missing")
        #expect(refusal(Decoding<NoNested>.self, "{}") == "a is missing")
        #expect(refusal(Decoding<NoNested>.self, #"{"a":"x"}"#) == "a must be an object")
        #expect(refusal([Decoding<WrongNested>].self, #"[[[]],[{}]]"#) == "1.0 must be an array")
    }

    @Test("what a type's own init throws becomes not accepted, at the innermost place that it is about")
    func ownErrors() {
        enum Refuse: Script {
            static func run(_ decoder: any Decoder) throws { throw OwnError() }
        }
        enum RefuseField: Script {
            static func run(_ decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: AnyKey.self)
                throw DecodingError.dataCorruptedError(
                    forKey: "color", in: container, debugDescription: "secret")
            }
        }
        enum RefuseElement: Script {
            static func run(_ decoder: any Decoder) throws {
                var list = try decoder.unkeyedContainer()
                _ = try list.decode(Int.self)
                throw DecodingError.dataCorruptedError(in: list, debugDescription: "secret")
            }
        }
        enum RefuseNowhere: Script {
            static func run(_ decoder: any Decoder) throws {
                throw DecodingError.typeMismatch(Int.self, .init(codingPath: [], debugDescription: "secret"))
            }
        }
        enum Recover: Script {
            static func run(_ decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: AnyKey.self)
                #expect(throws: OwnError.self) { try container.decode(Decoding<Refuse>.self, forKey: "a") }
                #expect(throws: DecodingError.self) { try container.decode(Int.self, forKey: "a") }
                #expect(try container.decode(String.self, forKey: "a") == "x")
            }
        }
        #expect(refusal(Decoding<Refuse>.self, "1") == "the value is not accepted")
        #expect(refusal([String: [Decoding<Refuse>]].self, #"{"a":[7]}"#) == "a.0 is not accepted")
        #expect(refusal([Decoding<RefuseField>].self, "[{}]") == "0.color is not accepted")
        #expect(refusal(Decoding<RefuseElement>.self, "[1,2]") == "1 is not accepted")
        #expect(refusal([Decoding<RefuseNowhere>].self, "[1]") == "0 must be a whole number")
        #expect(refusal(Decoding<Recover>.self, #"{"a":"x"}"#) == nil)
    }

    @Test("errors are those that Codable knows, with the way to the value")
    func codableErrors() throws {
        enum Inspect: Script {
            static func run(_ decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: AnyKey.self)
                do {
                    _ = try container.decode(Int.self, forKey: "z")
                } catch DecodingError.keyNotFound(let key, let context) {
                    #expect(key.stringValue == "z" && context.codingPath.map(\.stringValue) == ["0"])
                }
                do {
                    _ = try container.decode(Int.self, forKey: "a")
                } catch DecodingError.typeMismatch(let type, let context) {
                    #expect(type == Int.self && context.codingPath.map(\.stringValue) == ["0", "a"])
                }
                do {
                    _ = try container.decode(Int.self, forKey: "n")
                } catch DecodingError.valueNotFound(let type, let context) {
                    #expect(type == Int.self && context.codingPath.map(\.stringValue) == ["0", "n"])
                }
            }
        }
        _ = try decode([Decoding<Inspect>].self, #"[{"a":"x","n":null}]"#)
    }
}
