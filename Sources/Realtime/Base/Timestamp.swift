/// A moment of the wall clock in whole milliseconds, written as RFC 3339 in UTC:
/// `2026-01-02T03:04:05.678Z`.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    public let milliseconds: Int64

    /// The moment so many milliseconds after 1970-01-01T00:00:00Z.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// This moment.
    public static var now: Timestamp { TimeSource.system.date }

    /// How many bytes the written form has, always.
    static let byteCount = 24

    /// The first and last moments that four digits of a year can say; others are written as these.
    static let earliest = Timestamp(milliseconds: -62_167_219_200_000)
    static let latest = Timestamp(milliseconds: 253_402_300_799_999)

    /// The moment so much later.
    public static func + (start: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(milliseconds: start.milliseconds + duration.milliseconds)
    }

    /// The moment so much earlier.
    public static func - (end: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(milliseconds: end.milliseconds - duration.milliseconds)
    }

    /// How long it was from the second to the first.
    public static func - (end: Timestamp, start: Timestamp) -> Duration {
        .milliseconds(end.milliseconds - start.milliseconds)
    }

    /// Whether the first is earlier.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// Writes the 24 bytes of the RFC 3339 form to the start of `room`, which must be large enough.
    func write(to room: UnsafeMutableRawBufferPointer) {
        precondition(room.count >= Timestamp.byteCount, "no room for a timestamp")
        let clamped = min(max(milliseconds, Timestamp.earliest.milliseconds), Timestamp.latest.milliseconds)
        let (second, millisecond) = floorDivide(clamped, by: 1000)
        let (day, secondOfDay) = floorDivide(second, by: 86_400)
        let date = CivilDate(daysSinceEpoch: day)

        room.writePair(date.year / 100, at: 0)
        room.writePair(date.year % 100, at: 2)
        room[4] = UInt8(ascii: "-")
        room.writePair(date.month, at: 5)
        room[7] = UInt8(ascii: "-")
        room.writePair(date.day, at: 8)
        room[10] = UInt8(ascii: "T")
        room.writePair(Int(secondOfDay) / 3600, at: 11)
        room[13] = UInt8(ascii: ":")
        room.writePair(Int(secondOfDay) / 60 % 60, at: 14)
        room[16] = UInt8(ascii: ":")
        room.writePair(Int(secondOfDay) % 60, at: 17)
        room[19] = UInt8(ascii: ".")
        room[20] = UInt8(ascii: "0") + UInt8(millisecond / 100)
        room.writePair(Int(millisecond) % 100, at: 21)
        room[23] = UInt8(ascii: "Z")
    }
}

extension Timestamp: CustomStringConvertible {
    /// The RFC 3339 form.
    public var description: String {
        String(unsafeUninitializedCapacity: Timestamp.byteCount) { bytes in
            write(to: UnsafeMutableRawBufferPointer(bytes))
            return Timestamp.byteCount
        }
    }
}

extension ByteBuffer {
    /// Appends the 24 bytes of the RFC 3339 form.
    mutating func append(_ timestamp: Timestamp) {
        timestamp.write(to: reserve(Timestamp.byteCount))
        commit(Timestamp.byteCount)
    }
}

/// A day of the Gregorian calendar, which is taken to have always been in use.
///
/// Years are counted from March, so that the day which leap years add is the last of its year: then the
/// months before it always begin on the same day of the year, and 400 years always have 146,097 days.
struct CivilDate: Equatable {
    var year: Int
    var month: Int
    var day: Int

    init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    private static let daysOf400Years: Int64 = 146_097
    /// From 0000-03-01 to 1970-01-01.
    private static let daysBeforeEpoch: Int64 = 719_468

    init(daysSinceEpoch days: Int64) {
        let (era, dayOfEra) = floorDivide(days + Self.daysBeforeEpoch, by: Self.daysOf400Years)
        // One leap day in 4 years (1,461 days), none in the last of 100 (36,524), one again in the last of 400.
        let leapDays = dayOfEra / 1460 - dayOfEra / 36_524 + dayOfEra / 146_096
        let yearOfEra = (dayOfEra - leapDays) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // Five months from March on have 153 days, and so have the five after them.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
        month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        year = Int(era * 400 + yearOfEra) + (month <= 2 ? 1 : 0)
    }

    var daysSinceEpoch: Int64 {
        let (era, yearOfEra) = floorDivide(Int64(month <= 2 ? year - 1 : year), by: 400)
        let monthFromMarch = Int64(month > 2 ? month - 3 : month + 9)
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + Int64(day) - 1
        let dayOfEra = 365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * Self.daysOf400Years + dayOfEra - Self.daysBeforeEpoch
    }

    /// Whether the calendar has such a day.
    var exists: Bool {
        guard (1...12).contains(month), day >= 1 else { return false }
        let isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let length =
            switch month {
            case 2: isLeapYear ? 29 : 28
            case 4, 6, 9, 11: 30
            default: 31
            }
        return day <= length
    }
}

/// Division that rounds down for negative numbers too, so that the remainder is never negative.
private func floorDivide(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
}

extension UnsafeMutableRawBufferPointer {
    fileprivate func writePair(_ value: Int, at offset: Int) {
        self[offset] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10)
        self[offset + 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10)
    }
}
