/// A decimal number split into digits and a power of ten.
///
/// Most numbers in messages have few digits and a small power, and for those one multiplication or
/// division of two exact doubles is already correctly rounded. The rest goes to the standard library,
/// which knows no locale.
struct JSONDecimal {
    private var digits: UInt64 = 0
    private var exponent = 0
    private var isNegative = false
    private var isExact = true

    /// - Parameter number: A number that follows the grammar.
    init(_ number: UnsafeRawBufferPointer) {
        var at = 0
        var fractionDigits = 0
        var inFraction = false
        if number[0] == UInt8(ascii: "-") {
            isNegative = true
            at = 1
        }
        loop: while at < number.count {
            let byte = number[at]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                // Below 2^53 both the digits and their double are the same number.
                if digits >= (1 << 53) / 10 { isExact = false }
                digits = digits &* 10 &+ UInt64(byte &- 0x30)
                if inFraction { fractionDigits += 1 }
            case UInt8(ascii: "."):
                inFraction = true
            default:
                break loop
            }
            at += 1
        }
        if at < number.count { readExponent(number, after: at + 1) }
        exponent -= fractionDigits
    }

    private mutating func readExponent(_ number: UnsafeRawBufferPointer, after start: Int) {
        var isBelowOne = false
        for at in start..<number.count {
            switch number[at] {
            case UInt8(ascii: "-"): isBelowOne = true
            case UInt8(ascii: "+"): break
            case let digit:
                exponent = min(exponent * 10 + Int(digit &- 0x30), 100_000)
            }
        }
        if isBelowOne { exponent.negate() }
    }

    /// The value, when it can be had exactly with one rounding.
    var double: Double? {
        guard isExact, abs(exponent) < Self.powersOfTen.count else { return nil }
        let magnitude =
            exponent < 0
            ? Double(digits) / Self.powersOfTen[-exponent] : Double(digits) * Self.powersOfTen[exponent]
        return isNegative ? -magnitude : magnitude
    }

    /// The value by the standard library; `nil` when it is too large for a double.
    static func slowDouble(_ number: UnsafeRawBufferPointer) -> Double? {
        guard let value = Double(String(decoding: number, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }

    /// The powers of ten that a double holds exactly.
    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
        1e18,
        1e19, 1e20, 1e21, 1e22,
    ]
}
