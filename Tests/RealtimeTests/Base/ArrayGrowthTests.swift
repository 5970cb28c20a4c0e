import Testing

@testable import Realtime

@Suite("Arrays that grow sparingly")
struct ArrayGrowthTests {
    @Test("there is room for one more, and for little else")
    func growth() {
        var array: [UInt64] = []
        for count in 0..<10_000 {
            array.growSparingly()
            #expect(array.capacity > count)
            // The allocator may give a few more than were asked for.
            #expect(array.capacity <= count + count / 4 + 4)
            array.append(UInt64(count))
        }
    }

    @Test("an array of many is copied a few times only")
    func copies() {
        var array: [UInt64] = []
        var growths = 0
        for count in 0..<100_000 {
            let before = array.capacity
            array.growSparingly()
            if array.capacity != before { growths += 1 }
            array.append(UInt64(count))
        }
        #expect(growths < 60)
    }
}
