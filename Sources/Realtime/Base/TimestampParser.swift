extension Timestamp {
    /// What to make of a time that does not say where on earth it is measured.
    enum MissingZone {
        /// It is not RFC 3339 and is refused.
        case refused
        /// It is taken as UTC.
        case utc
    }

    /// Reads `2026-01-02T03:04:05.678Z` and the other forms of RFC 3339: any number of fraction digits
    /// (those after the third are cut off), an offset such as `+01:00`, `t` and `z` in lower case, a space
    /// for the `T`.
    ///
    /// A leap second counts as the second after it. A day that the calendar does not have is nil, and so is
    /// anything outside the years 0000 to 9999.
    init?(rfc3339 text: borrowing Span<UInt8>, missingZone: MissingZone = .refused) {
        guard text.count >= 19,
            let year = text.number(at: 0, digits: 4), text[4] == UInt8(ascii: "-"),
            let month = text.number(at: 5, digits: 2), text[7] == UInt8(ascii: "-"),
            let day = text.number(at: 8, digits: 2),
            text[10] | 0x20 == UInt8(ascii: "t") || text[10] == UInt8(ascii: " "),
            let hour = text.number(at: 11, digits: 2), text[13] == UInt8(ascii: ":"),
            let minute = text.number(at: 14, digits: 2), text[16] == UInt8(ascii: ":"),
            let second = text.number(at: 17, digits: 2),
            hour < 24, minute < 60, second <= 60
        else { return nil }

        let date = CivilDate(year: year, month: month, day: day)
        guard date.exists,
            let (fraction, zoneStart) = text.milliseconds(at: 19),
            let offset = text.offsetMinutes(at: zoneStart, missingZone)
        else { return nil }

        let seconds = date.daysSinceEpoch * 86_400 + Int64(hour * 3600 + (minute - offset) * 60 + second)
        let moment = Timestamp(milliseconds: seconds * 1000 + Int64(second == 60 ? 0 : fraction))
        guard moment >= .earliest, moment <= .latest else { return nil }
        self = moment
    }

    /// The same from a string.
    init?(rfc3339 text: String, missingZone: MissingZone) {
        self.init(rfc3339: text.utf8.span, missingZone: missingZone)
    }

    /// Reads `2026-01-02T03:04:05.678Z` and the other forms of RFC 3339; nil for any other text.
    public init?(rfc3339 text: String) {
        self.init(rfc3339: text, missingZone: .refused)
    }
}

extension Span<UInt8> {
    /// Exactly so many decimal digits at a place, or nil.
    fileprivate func number(at start: Int, digits: Int) -> Int? {
        guard start + digits <= count else { return nil }
        var value = 0
        for position in start..<start + digits {
            let digit = self[position] &- 0x30
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }

    /// The fraction of a second at a place, where there is one, and where the text goes on after it.
    fileprivate func milliseconds(at start: Int) -> (value: Int, end: Int)? {
        guard start < count, self[start] == UInt8(ascii: ".") else { return (0, start) }
        var value = 0
        var weight = 100
        var position = start + 1
        while position < count, self[position] &- 0x30 < 10 {
            value += Int(self[position] - 0x30) * weight
            weight /= 10
            position += 1
        }
        return position > start + 1 ? (value, position) : nil
    }

    /// How many minutes ahead of UTC the clock is that the text was read from. The zone must be the rest of
    /// the text.
    fileprivate func offsetMinutes(at start: Int, _ missingZone: Timestamp.MissingZone) -> Int? {
        if start == count { return missingZone == .utc ? 0 : nil }
        if self[start] | 0x20 == UInt8(ascii: "z") { return start + 1 == count ? 0 : nil }
        let isAhead = self[start] == UInt8(ascii: "+")
        guard isAhead || self[start] == UInt8(ascii: "-"), count == start + 6,
            let hours = number(at: start + 1, digits: 2), hours < 24,
            self[start + 3] == UInt8(ascii: ":"),
            let minutes = number(at: start + 4, digits: 2), minutes < 60
        else { return nil }
        return (hours * 60 + minutes) * (isAhead ? 1 : -1)
    }
}
