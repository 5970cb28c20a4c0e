/// What a setting takes: how it is read and written, and the words that say so.
package struct SettingType<Value: Sendable>: Sendable {
    /// What stands for the value in `--help`; nil for a switch.
    let placeholder: String?
    /// Completes "is not …", with an example where that helps.
    let expectation: String
    let form: SettingForm
    /// The words to choose from, where there are only some.
    var choices: [String] = []
    /// Whether neither `check` nor a mistake may show the value.
    var isHidden = false
    /// Nil when the text is not such a value.
    let parse: @Sendable (String) -> Value?
    let format: @Sendable (Value) -> String
}

extension SettingType where Value == String {
    /// An address or a host name, which the resolver looks at more closely.
    package static var host: SettingType {
        SettingType(
            placeholder: "HOST", expectation: "an address or host name such as 127.0.0.1", form: .value,
            parse: { text in
                let isPlausible =
                    !text.isEmpty
                    && text.utf8.allSatisfy { byte in
                        byte > 0x20 && byte < 0x7F && !"/\\[]\"'?#@".utf8.contains(byte)
                    }
                return isPlausible ? text : nil
            },
            format: { $0 })
    }

    /// The path of an HTTP endpoint.
    package static var path: SettingType {
        SettingType(
            placeholder: "PATH", expectation: "a path such as /echo", form: .value,
            parse: { text in
                let isPath =
                    text.hasPrefix("/")
                    && text.utf8.allSatisfy { byte in
                        byte > 0x20 && byte < 0x7F && !"?#%\"\\".utf8.contains(byte)
                    }
                return isPath ? text : nil
            },
            format: { $0 })
    }

    /// The path of a file to read.
    package static var file: SettingType {
        SettingType(
            placeholder: "FILE", expectation: "the path of a file", form: .file,
            parse: { $0.isEmpty || $0.utf8.contains(0) ? nil : $0 },
            format: { $0 })
    }
}

extension SettingType where Value == Bool {
    /// On or off: `--name`, `--no-name`, and `true` or `false` elsewhere.
    package static var toggle: SettingType {
        SettingType(
            placeholder: nil, expectation: "true or false", form: .toggle,
            parse: { ["true": true, "false": false, "1": true, "0": false][$0] },
            format: { $0 ? "true" : "false" })
    }
}

extension SettingType where Value == Int {
    /// A whole number without sign.
    package static func number(_ range: ClosedRange<Int>) -> SettingType {
        SettingType(
            placeholder: "N",
            expectation: "a whole number from \(range.lowerBound) to \(range.upperBound)", form: .number,
            parse: { SettingUnits.digits($0[...]).flatMap { range.contains($0) ? $0 : nil } },
            format: { String($0) })
    }

    /// Bytes: `64KiB`, `1MiB`, or just a number.
    package static func size(_ range: ClosedRange<Int>) -> SettingType {
        let bounds = [range.lowerBound, range.upperBound].map(SettingUnits.sizes.format)
        return SettingType(
            placeholder: "SIZE",
            expectation: "a size from \(bounds[0]) to \(bounds[1]), written like 64KiB or 1MiB",
            form: .number,
            parse: { text in
                let bytes = SettingUnits.digits(text[...]) ?? SettingUnits.sizes.parse(text)
                return bytes.flatMap { range.contains($0) ? $0 : nil }
            },
            format: SettingUnits.sizes.format)
    }
}

extension SettingType where Value == Duration {
    /// A time span: `250ms`, `5s`, `10m`, `24h`.
    package static func duration(_ range: ClosedRange<Duration>) -> SettingType {
        let format: @Sendable (Duration) -> String = { duration in
            SettingUnits.durations.format(Int(duration.milliseconds))
        }
        return SettingType(
            placeholder: "TIME",
            expectation: "a time from \(format(range.lowerBound)) to \(format(range.upperBound)), "
                + "written like 250ms, 5s, 10m or 24h",
            form: .value,
            parse: { text in
                guard let milliseconds = SettingUnits.durations.parse(text) else { return nil }
                let duration = Duration.milliseconds(milliseconds)
                return range.contains(duration) ? duration : nil
            },
            format: format)
    }
}

extension SettingType where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    /// One of the words that the enumeration knows.
    package static func choice(_ placeholder: String) -> SettingType {
        let words = Value.allCases.map(\.rawValue)
        return SettingType(
            placeholder: placeholder, expectation: "one of " + words.joined(separator: ", "), form: .value,
            choices: words,
            parse: { Value(rawValue: $0) },
            format: { $0.rawValue })
    }
}

extension SettingType {
    /// A value or none. No word stands for none: any text may be a value.
    static func optional<Wrapped>(_ type: SettingType<Wrapped>) -> SettingType where Value == Wrapped? {
        SettingType(
            placeholder: type.placeholder, expectation: type.expectation, form: type.form,
            choices: type.choices, isHidden: type.isHidden,
            parse: { type.parse($0).map { .some($0) } },
            format: { $0.map(type.format) ?? "" })
    }

    /// A value or none; the word stands for none, and so does an empty text, which is what a variable has
    /// that a container sets but nobody filled in.
    package static func optional<Wrapped>(
        _ word: String, _ type: SettingType<Wrapped>
    ) -> SettingType where Value == Wrapped? {
        SettingType(
            placeholder: type.placeholder, expectation: type.expectation + ", or \(word)", form: type.form,
            choices: type.choices, isHidden: type.isHidden,
            parse: { text in
                if text == word || text.isEmpty { return .some(nil) }
                return type.parse(text).map { .some($0) }
            },
            format: { $0.map(type.format) ?? word })
    }

    /// Any number of values, separated by commas, in a file as an array; the flag may also come again. The
    /// word stands for none of them.
    package static func list<Element>(
        of type: SettingType<Element>, none: String = ""
    ) -> SettingType where Value == [Element] {
        SettingType(
            placeholder: type.placeholder, expectation: type.expectation + ", or several with commas between",
            form: .list,
            parse: { text in
                if text == none || text.isEmpty { return [] }
                let parts = text.split(separator: ",", omittingEmptySubsequences: false)
                let values = parts.compactMap { type.parse(String($0)) }
                return values.count == parts.count ? values : nil
            },
            format: { $0.isEmpty ? none : $0.map(type.format).joined(separator: ",") })
    }
}

/// Whole numbers with a unit behind them.
private struct SettingUnits: Sendable {
    /// From the smallest to the largest, each a multiple of the one before it.
    let units: [(name: String, factor: Int)]

    static let sizes = SettingUnits(units: [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)])
    static let durations = SettingUnits(units: [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)])

    /// Digits and nothing else, few enough not to overflow.
    static func digits(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }

    func parse(_ text: String) -> Int? {
        let unitStart = text.utf8.firstIndex { !(0x30...0x39).contains($0) } ?? text.endIndex
        guard let count = Self.digits(text[..<unitStart]),
            let unit = units.first(where: { $0.name == text[unitStart...] })
        else { return nil }
        let (value, overflow) = count.multipliedReportingOverflow(by: unit.factor)
        return overflow ? nil : value
    }

    /// With the largest unit that leaves a whole number.
    @Sendable func format(_ value: Int) -> String {
        let unit = units.last { value >= $0.factor && value % $0.factor == 0 } ?? units[0]
        return "\(value / unit.factor)\(unit.name)"
    }
}
