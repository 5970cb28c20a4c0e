import Foundation
import Testing

@testable import Realtime

/// A tree with something of all that Codable has.
private struct Node: Codable, Equatable {
    var id: Int
    var name: String
    var flag: Bool?
    var ratio: Double
    var single: Float
    var small: Int8
    var big: UInt64
    var kind: Kind
    var choice: Choice?
    var list: [Int?]
    var labels: [String: String]
    var byNumber: [Int: Double]
    var pair: Pair
    var children: [Node]

    enum Kind: String, Codable, CaseIterable { case open, done, other = "something else" }

    enum Choice: Codable, Equatable {
        case none
        case number(Int)
        case both(left: String, right: [Bool])
    }

    /// An array of two kinds.
    struct Pair: Codable, Equatable {
        var number: UInt16
        var text: String

        init(number: UInt16, text: String) {
            self.number = number
            self.text = text
        }

        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            number = try list.decode(UInt16.self)
            text = try list.decode(String.self)
        }

        func encode(to encoder: any Encoder) throws {
            var list = encoder.unkeyedContainer()
            try list.encode(number)
            try list.encode(text)
        }
    }
}

extension Node {
    init(depth: Int, _ random: inout SeededGenerator) {
        id = Int(truncatingIfNeeded: random.next())
        name = Self.text(&random)
        flag = [true, false, nil].randomElement(using: &random) ?? nil
        ratio = Double.random(in: -1e6...1e6, using: &random)
        single = Float.random(in: -1...1, using: &random)
        small = Int8(truncatingIfNeeded: random.next())
        big = random.next()
        kind = Kind.allCases.randomElement(using: &random) ?? .open
        choice =
            switch Int.random(in: 0..<4, using: &random) {
            case 0: nil
            case 1: Choice.none
            case 2: .number(Int.random(in: -9...9, using: &random))
            default: .both(left: Self.text(&random), right: [Bool.random(using: &random)])
            }
        list = (0..<Int.random(in: 0..<4, using: &random)).map { $0 % 2 == 0 ? $0 : nil }
        labels = Dictionary(
            uniqueKeysWithValues: (0..<Int.random(in: 0..<25, using: &random)).map {
                ("\($0)" + Self.text(&random), Self.text(&random))
            })
        byNumber = Bool.random(using: &random) ? [:] : [Int(truncatingIfNeeded: random.next()): 0.5]
        pair = Pair(number: UInt16(truncatingIfNeeded: random.next()), text: Self.text(&random))
        children = []
        guard depth > 0 else { return }
        for _ in 0..<Int.random(in: 0..<3, using: &random) {
            children.append(Node(depth: depth - 1, &random))
        }
    }

    private static func text(_ random: inout SeededGenerator) -> String {
        let letters: [Character] = ["a", "\"", "\\", "\n", "\u{0}", "é", "€", "😀", "/", "\u{2028}"]
        return String(
            (0..<Int.random(in: 0..<20, using: &random)).map { _ in
                letters.randomElement(using: &random) ?? "a"
            })
    }
}

@Suite("Coding JSON as Foundation does")
struct JSONCodingModelTests {
    @Test("random trees are written and read as Foundation writes and reads them")
    func trees() throws {
        var random = SeededGenerator(seed: 2024)
        for _ in 0..<200 {
            let node = Node(depth: 3, &random)
            let own = try encode(node)
            let foundation = String(decoding: try JSONEncoder().encode(node), as: UTF8.self)
            #expect(try decode(Node.self, own) == node)
            #expect(try decode(Node.self, foundation) == node)
            #expect(try JSONDecoder().decode(Node.self, from: Data(own.utf8)) == node)
            #expect(try JSONValue.parse(own) == JSONValue.parse(foundation))
        }
    }

    @Test("what is accepted of a changed tree, Foundation accepts; what both refuse, both refuse there")
    func changedTrees() throws {
        var random = SeededGenerator(seed: 99)
        var (accepted, refused) = (0, 0)
        for _ in 0..<3000 {
            var node = Node(depth: 1, &random)
            // Dictionaries are read in no certain order, so that several errors would come in any.
            node.labels = [:]
            // A tree has no whole numbers beyond those of an Int.
            node.big >>= 1
            for child in node.children.indices { node.children[child].big >>= 1 }
            let tree = try JSONValue.parse(try encode(node))
            var buffer = ByteBuffer()
            buffer.appendJSON(changed(tree, &random))
            let text = buffer.array
            let foundation = Result { try JSONDecoder().decode(Node.self, from: Data(text)) }
            switch (Result { try decode(Node.self, text) }, foundation) {
            case (.success(let own), .success(let other)):
                #expect(own == other)
                accepted += 1
            case (.failure(let own), .failure(let other)):
                // Foundation does not say where a number is that does not fit.
                let path = JSONDecodingFailure(other, at: []).path
                if !path.isEmpty { #expect((own as? JSONDecodingFailure)?.path == path) }
                refused += 1
            case (let own, let other):
                Issue.record("\(String(decoding: text, as: UTF8.self)): \(own), \(other)")
            }
        }
        #expect(accepted > 100 && refused > 1000)
    }

    /// Replaces or removes one value at random.
    private func changed(_ tree: JSONValue, _ random: inout SeededGenerator) -> JSONValue {
        switch tree {
        case .object(var members) where !members.isEmpty && Int.random(in: 0..<8, using: &random) > 0:
            let place = Int.random(in: 0..<members.count, using: &random)
            if Int.random(in: 0..<8, using: &random) == 0 {
                members.remove(at: place)
            } else {
                members[place] = .init(members[place].key, changed(members[place].value, &random))
            }
            return .object(members)
        case .array(var elements) where !elements.isEmpty && Int.random(in: 0..<8, using: &random) > 0:
            let place = Int.random(in: 0..<elements.count, using: &random)
            elements[place] = changed(elements[place], &random)
            return .array(elements)
        default:
            let others: [JSONValue] = [
                .null, .bool(true), .int(300), .int(-1), .double(0.5), .string("x"), .array([]), .object([]),
            ]
            return others.randomElement(using: &random) ?? .null
        }
    }

    @Test("containers used at random are written as Foundation writes them")
    func containers() throws {
        for seed in 0..<2000 {
            let program = ContainerProgram(seed: UInt64(seed), depth: 3, oddities: .none)
            let foundation = try JSONEncoder().encode(program)
            let own = try encode(program, depth: 512)
            #expect(
                try tree(own) == tree(String(decoding: foundation, as: UTF8.self)), "seed \(seed): \(own)")
        }
    }

    @Test("values that throw leave no trace, in whichever container and whenever")
    func failures() throws {
        for seed in 0..<300 {
            let program = ContainerProgram(seed: UInt64(seed), depth: 3, oddities: .elementsLater)
            let failing = ContainerProgram(seed: UInt64(seed), depth: 3, oddities: .elementsLaterAndFailures)
            #expect(try encode(failing, depth: 512) == encode(program, depth: 512), "seed \(seed)")
        }
    }

    private func tree(_ text: String) throws -> JSONValue {
        try JSONValue.parse(text, limits: JSONLimits(depth: 512))
    }
}

/// Uses containers in any order, as a type's own `encode(to:)` may: all stay open to the end.
private struct ContainerProgram: Encodable {
    let seed: UInt64
    let depth: Int
    let oddities: Oddities

    /// What Foundation does not do well.
    enum Oddities {
        case none
        /// Elements of arrays that are written after those behind them.
        case elementsLater
        /// And values that throw, are given up, and leave their containers behind.
        case elementsLaterAndFailures
    }

    private var fails: Bool { oddities == .elementsLaterAndFailures && depth > 0 }

    private enum Open {
        case keyed(KeyedEncodingContainer<AnyKey>)
        case unkeyed(any UnkeyedEncodingContainer)
        case encoder(any Encoder)
    }

    func encode(to encoder: any Encoder) throws {
        var random = SeededGenerator(seed: seed)
        var open = [started(encoder, &random)]
        for step in 0..<Int.random(in: 0..<20, using: &random) {
            let place = Int.random(in: 0..<open.count, using: &random)
            switch open[place] {
            case .keyed(var container):
                let key = AnyKey("k\(step)")
                switch Int.random(in: 0..<8, using: &random) {
                case 0: open.append(.keyed(container.nestedContainer(keyedBy: AnyKey.self, forKey: key)))
                case 1: open.append(.unkeyed(container.nestedUnkeyedContainer(forKey: key)))
                case 2: open.append(.encoder(container.superEncoder(forKey: key)))
                case 3: try container.encodeNil(forKey: key)
                case 4: if fails { try? container.encode(Failing(inner: inner(step)), forKey: key) }
                case 5 where depth > 0: try container.encode(inner(step), forKey: key)
                default: try container.encode("text \(step)", forKey: key)
                }
            case .unkeyed(var container):
                switch Int.random(in: 0..<8, using: &random) {
                case 0: open.append(.keyed(container.nestedContainer(keyedBy: AnyKey.self)))
                case 1: open.append(.unkeyed(container.nestedUnkeyedContainer()))
                case 2: if oddities != .none { open.append(.encoder(container.superEncoder())) }
                case 3: try container.encodeNil()
                case 4: if fails { try? container.encode(Failing(inner: inner(step))) }
                case 5 where depth > 0: try container.encode(inner(step))
                default: try container.encode(step)
                }
                open[place] = .unkeyed(container)
            case .encoder(let encoder):
                switch Int.random(in: 0..<3, using: &random) {
                case 0 where depth > 0:
                    var container = encoder.singleValueContainer()
                    if fails { try? container.encode(Failing(inner: inner(step))) }
                    try container.encode(inner(step))
                    open.remove(at: place)
                case 1:
                    var container = encoder.singleValueContainer()
                    try container.encode(step)
                    open.remove(at: place)
                default:
                    open[place] = started(encoder, &random)
                }
            }
            if open.isEmpty { return }
        }
    }

    private func started(_ encoder: any Encoder, _ random: inout SeededGenerator) -> Open {
        Bool.random(using: &random)
            ? .keyed(encoder.container(keyedBy: AnyKey.self)) : .unkeyed(encoder.unkeyedContainer())
    }

    private func inner(_ step: Int) -> ContainerProgram {
        ContainerProgram(seed: seed &* 31 &+ UInt64(step), depth: depth - 1, oddities: oddities)
    }

    /// Writes a good deal and throws.
    private struct Failing: Encodable {
        let inner: ContainerProgram

        func encode(to encoder: any Encoder) throws {
            try inner.encode(to: encoder)
            throw OwnError()
        }
    }
}
