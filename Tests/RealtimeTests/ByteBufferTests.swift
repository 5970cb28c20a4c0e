import Testing

@testable import Realtime

@Suite("Byte buffer")
struct ByteBufferTests {
    @Test("what is appended comes out in order, across growth")
    func appends() {
        var buffer = ByteBuffer()
        var expected: [UInt8] = []
        for value in 0..<1000 {
            buffer.append(UInt8(truncatingIfNeeded: value))
            buffer.append([1, 2, 3])
            expected += [UInt8(truncatingIfNeeded: value), 1, 2, 3]
        }
        #expect(buffer.array == expected)
    }

    @Test("decimal numbers of every sign and size", arguments: [0, 7, -1, 10, 99, .max, .min] as [Int])
    func decimals(value: Int) {
        var buffer = ByteBuffer()
        buffer.append(decimal: value)
        #expect(String(decoding: buffer.array, as: UTF8.self) == String(value))
    }

    @Test("removing from the front keeps the rest")
    func removesFirst() {
        var buffer = ByteBuffer()
        buffer.append("hello world" as StaticString)
        buffer.removeFirst(6)
        #expect(buffer.array == Array("world".utf8))
    }

    @Test("clearing gives back memory above the limit only")
    func clearing() {
        var buffer = ByteBuffer(capacity: 4096)
        buffer.clear(keepingAtMost: 4096)
        #expect(buffer.capacity == 4096)
        buffer.clear(keepingAtMost: 1024)
        #expect(buffer.capacity == 0)
        buffer.append(9)
        #expect(buffer.array == [9])
    }
}
