/// A moment as the `Date` field says it: `Fri, 02 Jan 2026 03:04:05 GMT`, always 29 bytes.
///
/// Whoever answers many requests keeps one and makes another when the second has passed.
struct HTTPDate: Sendable {
    /// How many bytes the written form has, always.
    static let byteCount = 29

    private let text: InlineArray<29, UInt8>

    init(_ timestamp: Timestamp) {
        let clamped = max(min(timestamp, .latest), .earliest)
        // Rounded down, before 1970 too.
        let seconds = (clamped.milliseconds - Timestamp.earliest.milliseconds) / 1000
        let secondOfDay = Int(seconds % 86_400)
        let day = (seconds - Int64(secondOfDay)) / 86_400 + Timestamp.earliest.milliseconds / 86_400_000
        let date = CivilDate(daysSinceEpoch: day)

        var text = InlineArray<29, UInt8>(repeating: UInt8(ascii: " "))
        // 1970 began on a Thursday.
        text.write(Self.weekdays, part: Int((day % 7 + 11) % 7), at: 0)
        text[3] = UInt8(ascii: ",")
        text.writePair(date.day, at: 5)
        text.write(Self.months, part: date.month - 1, at: 8)
        text.writePair(date.year / 100, at: 12)
        text.writePair(date.year % 100, at: 14)
        text.writePair(secondOfDay / 3600, at: 17)
        text[19] = UInt8(ascii: ":")
        text.writePair(secondOfDay / 60 % 60, at: 20)
        text[22] = UInt8(ascii: ":")
        text.writePair(secondOfDay % 60, at: 23)
        text.write("GMT", part: 0, at: 26)
        self.text = text
    }

    private static let weekdays: StaticString = "SunMonTueWedThuFriSat"
    private static let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"

    /// Appends the 29 bytes.
    func append(to output: inout ByteBuffer) {
        output.append(text.span)
    }
}

extension InlineArray<29, UInt8> {
    fileprivate mutating func writePair(_ value: Int, at position: Int) {
        self[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10)
        self[position + 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10)
    }

    /// Writes one of the names that stand behind each other in `names`, three letters each.
    fileprivate mutating func write(_ names: StaticString, part: Int, at position: Int) {
        for letter in 0..<3 { self[position + letter] = names.utf8Start[part * 3 + letter] }
    }
}
