/// Types read from JSON: what the scanner refuses is refused, a tree is the one that it reads, and what was
/// read can be written and reads as the same again.
enum DecodingFuzz: FuzzTarget {
    static func run(_ input: UnsafeRawBufferPointer) {
        let limits = JSONLimits(depth: 16, members: 64, numberLength: 64)
        readsTheSameTree(input, limits)
        do throws(JSONDecodingFailure) {
            let sample = try JSONDecoding.decode(Sample.self, from: input, limits: limits)
            var written = ByteBuffer()
            do throws(JSONEncodingFailure) {
                try written.appendJSON(encoding: sample, depth: 16)
            } catch {
                preconditionFailure("what was read can't be written: \(error.sentence)")
            }
            precondition(
                (try? JSONDecoding.decode(Sample.self, from: written.unsafeBytes)) == sample,
                "another value after writing and reading")
        } catch {
            precondition(error.path.utf8.count < 300, "a path without bounds")
        }
    }

    private static func readsTheSameTree(_ input: UnsafeRawBufferPointer, _ limits: JSONLimits) {
        let decoded = try? JSONDecoding.decode(JSONValue.self, from: input, limits: limits)
        let parsed = try? JSONValue.parse(input, limits: limits)
        precondition(decoded == parsed, "the decoder and the scanner see different trees")
    }

    /// Something of all that a type of an application can hold; nothing is required, so that much is read.
    private struct Sample: Codable, Equatable {
        var s: String?
        var b: Bool?
        var d: Double?
        var f: Float?
        var i: Int?
        var u: UInt64?
        var n: Int8?
        var w: UInt128?
        var a: [Sample]?
        var m: [String: Int]?
        var k: [Int: [Bool?]]?
        var v: JSONValue?
        var c: Choice?
        var e: Kind?
    }

    private enum Kind: String, Codable { case x, y }

    private enum Choice: Codable, Equatable {
        case none
        case both(l: UInt16, r: [Kind])
    }
}
