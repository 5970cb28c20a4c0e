import Glibc

/// How lines look: JSON for machines, or text for people, perhaps in colour.
enum LogStyle: Sendable, Equatable {
    case json
    case text(coloured: Bool)

    /// What is known about the place where lines are going to be read.
    struct Terminal {
        var isTerminal: Bool
        var allowsColour: Bool

        /// Standard error, with `NO_COLOR` and `TERM=dumb` honoured.
        static var standardError: Terminal {
            let noColour = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
            let isDumb = getenv("TERM").map { strcmp($0, "dumb") == 0 } ?? true
            return Terminal(isTerminal: isatty(2) == 1, allowsColour: !noColour && !isDumb)
        }
    }

    init(_ format: Log.Format, terminal: Terminal) {
        let coloured = terminal.isTerminal && terminal.allowsColour
        switch format {
        case .json: self = .json
        case .text: self = .text(coloured: coloured)
        case .auto: self = terminal.isTerminal ? .text(coloured: coloured) : .json
        }
    }

    /// Appends one whole line.
    func append(
        _ event: StaticString, level: Log.Level, at time: Timestamp, _ fields: [Log.Fields],
        to line: inout ByteBuffer
    ) {
        switch self {
        case .json: appendJSON(event, level: level, at: time, fields, to: &line)
        case .text(let coloured):
            TextLine(colours: coloured ? .ansi : .none)
                .append(event, level: level, at: time, fields, to: &line)
        }
    }

    private func appendJSON(
        _ event: StaticString, level: Log.Level, at time: Timestamp, _ fields: [Log.Fields],
        to line: inout ByteBuffer
    ) {
        line.append("{\"time\":\"" as StaticString)
        line.append(time)
        line.append("\",\"level\":\"" as StaticString)
        line.append(level.rawValue)
        line.append("\",\"event\":" as StaticString)
        line.append(quoted: event.description)
        for (name, value) in fields.lazy.flatMap(\.entries) {
            line.append("," as StaticString)
            line.append(quoted: LogStyle.jsonKey(name, for: value))
            line.append(":" as StaticString)
            switch value {
            case .string(let text): line.append(quoted: text)
            case .integer(let number): line.append(decimal: number)
            case .number(let number): line.append(number.isFinite ? number.description : "null")
            case .boolean(let flag): line.append(flag ? "true" : "false")
            case .duration(let duration): line.append(milliseconds: duration)
            }
        }
        line.append("}\n" as StaticString)
    }

    /// The key of a field. The unit of a time span is in its key, as a JSON number can't carry one, and a
    /// field can't take the place of the three keys that every line has.
    private static func jsonKey(_ name: StaticString, for value: Log.Value) -> String {
        let name = name.description
        if case .duration = value { return name + "_ms" }
        return ["time", "level", "event"].contains(name) ? name + "_" : name
    }
}

/// A line for people: the time, the level and the event in columns, then `name=value`.
private struct TextLine {
    struct Colours {
        var dim: StaticString
        var bold: StaticString
        var off: StaticString
        var levels: [Log.Level: StaticString]

        static let none = Colours(dim: "", bold: "", off: "", levels: [:])
        static let ansi = Colours(
            dim: "\u{1B}[2m", bold: "\u{1B}[1m", off: "\u{1B}[0m",
            levels: [
                .debug: "\u{1B}[36m", .info: "\u{1B}[32m", .warning: "\u{1B}[33m", .error: "\u{1B}[31m",
            ])
    }

    private static let levelWidth = 8
    /// Most event names are shorter; a longer one just pushes its own fields to the right.
    private static let eventWidth = 26

    let colours: Colours

    func append(
        _ event: StaticString, level: Log.Level, at time: Timestamp, _ fields: [Log.Fields],
        to line: inout ByteBuffer
    ) {
        line.append(colours.dim)
        line.append(time)
        line.append(colours.off)
        line.append(" " as StaticString)

        let levelName = level.rawValue.uppercased()
        line.append(colours.levels[level] ?? "")
        line.append(levelName)
        line.append(colours.off)
        line.append(spaces: Self.levelWidth - levelName.utf8.count)

        let entries = fields.lazy.flatMap(\.entries)
        line.append(colours.bold)
        line.append(event)
        line.append(colours.off)
        if !entries.isEmpty { line.append(spaces: Self.eventWidth - event.utf8CodeUnitCount) }

        for (name, value) in entries {
            line.append(" " as StaticString)
            line.append(colours.dim)
            line.append(quotedIfNeeded: name.description)
            line.append("=" as StaticString)
            line.append(colours.off)
            switch value {
            case .string(let text): line.append(quotedIfNeeded: text)
            case .integer(let number): line.append(decimal: number)
            case .number(let number): line.append(number.description)
            case .boolean(let flag): line.append(flag ? "true" : "false")
            case .duration(let duration):
                line.append(milliseconds: duration)
                line.append("ms" as StaticString)
            }
        }
        line.append("\n" as StaticString)
    }
}

extension ByteBuffer {
    fileprivate mutating func append(spaces count: Int) {
        for _ in 0..<max(count, 0) { append(UInt8(ascii: " ")) }
    }

    /// A time span in milliseconds with as many decimals, at most three, as say something.
    fileprivate mutating func append(milliseconds duration: Duration) {
        let microseconds = duration.nanoseconds / 1000
        if microseconds < 0 { append(UInt8(ascii: "-")) }
        let (whole, rest) = microseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
        append(decimal: whole)
        guard rest > 0 else { return }
        append(UInt8(ascii: "."))
        var weight: UInt64 = 100
        var left = rest
        while left > 0 {
            append(UInt8(ascii: "0") + UInt8(left / weight))
            left %= weight
            weight /= 10
        }
    }
}
