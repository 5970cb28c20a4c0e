import Testing

@testable import Realtime

@Suite("JSON writer")
struct JSONWriterTests {
    private func text(_ write: (inout ByteBuffer) -> Void) -> String {
        var buffer = ByteBuffer()
        write(&buffer)
        return String(decoding: buffer.array, as: UTF8.self)
    }

    @Test("objects and arrays nest, with commas where they belong")
    func nests() {
        let written = text { buffer in
            buffer.append("> " as StaticString)
            buffer.appendJSONObject { object in
                object.string("type", "ack")
                object.object("empty") { _ in }
                object.object("data") { data in
                    data.int("seq", UInt64.max)
                    data.bool("yes", true)
                    data.bool("no", false)
                    data.null("none")
                    data.double("half", 0.5)
                    data.value("tree", .array([.int(1), .object([.init("k", .string("v"))])]))
                }
                object.array("list") { list in
                    list.int(-1)
                    list.string("s")
                    list.null()
                    list.bool(true)
                    list.double(2)
                    list.array { _ in }
                    list.object { $0.int("x", 1) }
                    list.value(.null)
                }
            }
        }
        #expect(
            written
                == #"> {"type":"ack","empty":{},"data":{"seq":18446744073709551615,"yes":true,"no":false,"none":null,"#
                + #""half":0.5,"tree":[1,{"k":"v"}]},"list":[-1,"s",null,true,2,[],{"x":1},null]}"#)
    }

    @Test("a relayed value keeps every byte")
    func raw() {
        let received = Array(#"{ "a" : 1.0 ,"b":"\u0041"}"#.utf8)
        let written = text { buffer in
            received.withUnsafeBytes { bytes in
                buffer.appendJSONObject { $0.raw("data", bytes) }
                buffer.appendJSONArray { array in
                    array.raw(bytes)
                    array.string(utf8: UnsafeRawBufferPointer(rebasing: bytes[2..<3]))
                }
            }
        }
        #expect(written == #"{"data":{ "a" : 1.0 ,"b":"\u0041"}}[{ "a" : 1.0 ,"b":"\u0041"},"\""]"#)
    }

    @Test(
        "strings are escaped only where they must be",
        arguments: [
            ("", #""""#), ("plain", #""plain""#), ("\"\\/", #""\"\\/""#),
            ("\u{8}\t\n\u{C}\r", #""\b\t\n\f\r""#),
            ("\u{0}\u{1}\u{1F}\u{7F}", "\"\\u0000\\u0001\\u001f\u{7F}\""), ("é€😀\u{2028}", "\"é€😀\u{2028}\""),
        ])
    func strings(string: String, expected: String) {
        #expect(text { $0.appendJSON(string: string) } == expected)
    }

    @Test("a byte that needs an escape is found at every place of a word", arguments: 0..<20)
    func escapePlaces(padding: Int) {
        let plain = String(repeating: "a", count: padding)
        #expect(
            text { $0.appendJSON(string: plain + "\"" + plain + "\u{1}") }
                == "\"\(plain)\\\"\(plain)\\u0001\"")
    }

    @Test(
        "doubles are written short, and what JSON can't say is null",
        arguments: [
            (0.0, "0"), (-0.0, "-0.0"), (3.0, "3"), (-25000.0, "-25000"), (0.1, "0.1"), (1e16, "1e+16"),
            (.leastNonzeroMagnitude, "5e-324"),
            (.infinity, "null"), (-.infinity, "null"), (.nan, "null"), (9007199254740991, "9007199254740991"),
        ])
    func doubles(double: Double, expected: String) {
        #expect(text { $0.appendJSON(double: double) } == expected)
    }

    @Test("an error leaves by the closures and the buffer stays usable")
    func failing() {
        struct Stop: Error {}
        var buffer = ByteBuffer()
        #expect(throws: Stop.self) {
            try buffer.appendJSONObject { object in
                try object.array("a") { array in
                    array.int(1)
                    throw Stop()
                }
            }
        }
        #expect(String(decoding: buffer.array, as: UTF8.self) == #"{"a":[1"#)
        buffer.clear()
        buffer.appendJSONArray { $0.int(2) }
        #expect(String(decoding: buffer.array, as: UTF8.self) == "[2]")
    }
}
