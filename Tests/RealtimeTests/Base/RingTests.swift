import Testing

@testable import Realtime

@Suite("Ring and Few")
struct RingTests {
    @Test("A ring gives out what was put in, in order, however it grows, wraps and shrinks")
    func likeAQueue() {
        var numbers = SeededGenerator(seed: 11)
        var ring = Ring<Int>()
        var model: [Int] = []
        for step in 0..<20_000 {
            // Long runs of one kind, so that it fills and empties.
            if Int.random(in: 0..<1000, using: &numbers) < (step / 700 % 2 == 0 ? 700 : 300) {
                ring.append(step)
                model.append(step)
            } else {
                let popped = ring.popFirst()
                #expect(popped == (model.isEmpty ? nil : model.removeFirst()))
            }
            #expect(ring.count == model.count)
            #expect(ring.first == model.first && ring.last == model.last)
            if !model.isEmpty {
                let position = Int.random(in: 0..<model.count, using: &numbers)
                #expect(ring[position] == model[position])
            }
        }
    }

    @Test("An empty ring holds no memory, and one that was large gives most of it back")
    func memory() {
        var ring = Ring<Int>()
        for number in 0..<1000 { ring.append(number) }
        #expect(ring.capacity == 1024)
        for _ in 0..<990 { ring.popFirst() }
        #expect(ring.capacity <= 32)
        for _ in 0..<10 { ring.popFirst() }
        #expect(ring.isEmpty && ring.capacity == 0)
        let popped = ring.popFirst()
        #expect(popped == nil)
    }

    @Test("A ring keeps nothing alive that was taken out")
    func releases() {
        final class Thing {}
        var ring = Ring<Thing>()
        weak var first: Thing?
        do {
            let thing = Thing()
            first = thing
            ring.append(thing)
            ring.append(Thing())
        }
        #expect(first != nil)
        ring.popFirst()
        #expect(first == nil)
    }

    @Test("A list of few is like an array, with none, one and many")
    func fewLikeAnArray() {
        var numbers = SeededGenerator(seed: 12)
        var few = Few<Int>()
        var model: [Int] = []
        for step in 0..<5000 {
            switch Int.random(in: 0..<5, using: &numbers) {
            case 0, 1:
                few.append(step)
                model.append(step)
            case 2 where !model.isEmpty:
                let index = Int.random(in: model.indices, using: &numbers)
                let removed = few.remove(at: index)
                #expect(removed == model.remove(at: index))
            case 3 where !model.isEmpty:
                let index = Int.random(in: model.indices, using: &numbers)
                few[index] = -step
                model[index] = -step
            default:
                few.removeAll { $0 % 3 == 0 }
                model.removeAll { $0 % 3 == 0 }
            }
            #expect(Array(few) == model)
        }
    }
}
