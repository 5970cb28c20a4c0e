import Testing

@testable import Realtime

@Suite("UTF-8 validator")
struct UTF8ValidatorTests {
    private func isValid(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { UTF8Validator.isValid($0) }
    }

    /// Bytes on both sides of every border in the tables of RFC 3629.
    private static let borders: [UInt8] = [
        0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE,
        0xEF,
        0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
    ]

    @Test("every sequence of border bytes is judged as the standard library judges it", arguments: borders)
    func borderSequences(first: UInt8) {
        var wrong: [[UInt8]] = []
        for second in Self.borders {
            for third in Self.borders {
                for fourth in Self.borders {
                    let sequence = [first, second, third, fourth]
                    let expected = String(validating: sequence, as: UTF8.self) != nil
                    // With room behind it whole characters are read at once, without it byte by byte.
                    let isRight =
                        isValid(sequence) == expected && isValid(sequence + [0x41, 0x41, 0x41]) == expected
                    if !isRight { wrong.append(sequence) }
                }
            }
        }
        #expect(wrong == [])
    }

    @Test("every character is valid, and no surrogate is")
    func everyCharacter() {
        var wrong: [UInt32] = []
        for value: UInt32 in stride(from: 0x80, through: 0x10FFFF, by: 7) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            if !isValid(Array(String(Character(scalar)).utf8) + [0x41, 0x41]) { wrong.append(value) }
        }
        #expect(wrong == [])
        for second: UInt8 in 0xA0...0xBF { #expect(!isValid([0xED, second, 0x80])) }
    }

    @Test("a bad byte is found wherever it is in long ASCII")
    func positions() {
        for size in 1..<80 {
            #expect(isValid([UInt8](repeating: 0x41, count: size)))
            for index in 0..<size {
                var bytes = [UInt8](repeating: 0x41, count: size)
                bytes[index] = 0xFF
                #expect(!isValid(bytes))
            }
        }
    }

    @Test("cut anywhere, valid text is accepted and its end known")
    func cuts() {
        let text = Array("aä€🎉 lange Zeile ohne Umbruch, und noch ein ß".utf8)
        for first in 0...text.count {
            for second in first...text.count {
                var validator = UTF8Validator()
                for piece in [text[..<first], text[first..<second], text[second...]] {
                    let accepted = Array(piece).withUnsafeBytes { validator.accept($0) }
                    #expect(accepted)
                }
                #expect(validator.isAtBoundary)
            }
        }
    }

    @Test(
        "it refuses at the very byte that can't go on",
        arguments: [
            [0x80], [0xC0], [0xC1], [0xF5], [0xFF], [0xC2, 0x41], [0xE0, 0x9F], [0xED, 0xA0],
            [0xE1, 0x80, 0xC0],
            [0xF0, 0x8F], [0xF4, 0x90], [0xF1, 0x80, 0x80, 0x41],
        ] as [[UInt8]])
    func earliestByte(sequence: [UInt8]) {
        var validator = UTF8Validator()
        let beginning = sequence.dropLast().allSatisfy { byte in
            [byte].withUnsafeBytes { validator.accept($0) }
        }
        #expect(beginning)
        let end = [sequence.last ?? 0].withUnsafeBytes { validator.accept($0) }
        #expect(!end)
    }

    @Test(
        "text that stops inside a character is not complete",
        arguments: [[0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x8E]] as [[UInt8]])
    func incomplete(sequence: [UInt8]) {
        var validator = UTF8Validator()
        let accepted = sequence.withUnsafeBytes { validator.accept($0) }
        #expect(accepted)
        #expect(!validator.isAtBoundary)
        #expect(!isValid(sequence))
    }

    @Test("its state is small enough to keep for every connection")
    func size() {
        #expect(MemoryLayout<UTF8Validator>.size <= 4)
    }
}
