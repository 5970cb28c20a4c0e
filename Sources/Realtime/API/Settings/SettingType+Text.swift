extension SettingType where Value == String {
    /// Any text but none.
    static func text(_ placeholder: String) -> SettingType {
        SettingType(
            placeholder: placeholder, expectation: "a text", form: .value,
            parse: { $0.isEmpty ? nil : $0 },
            format: { $0 })
    }

    /// What can be a name, as ids are.
    static func name(_ placeholder: String) -> SettingType {
        SettingType(
            placeholder: placeholder, expectation: "1 to 256 bytes of text without control characters",
            form: .value,
            parse: { text in
                ExactText(text).withUTF8 { IdentifierGrammar.accepts($0) } ? text : nil
            },
            format: { $0 })
    }

    /// The path of a folder.
    static var folder: SettingType {
        SettingType(
            placeholder: "FOLDER", expectation: "the path of a folder", form: .value,
            parse: { $0.isEmpty || $0.utf8.contains(0) ? nil : $0 },
            format: { $0 })
    }
}

extension SettingType where Value == HiddenText {
    /// A text that is not shown. What it must be like is said where it is used.
    static var hiddenText: SettingType {
        SettingType(
            placeholder: "TEXT", expectation: "a text", form: .value, isHidden: true,
            parse: { $0.isEmpty ? nil : HiddenText($0) },
            format: { $0.description })
    }

    /// Where a PostgreSQL database is, and perhaps with which password. What stands in it is libpq's to read.
    static var database: SettingType {
        SettingType(
            placeholder: "URI",
            expectation: "a connection string such as postgres://app@db.example.com/app", form: .value,
            isHidden: true,
            parse: { text in
                let isURI = ["postgres://", "postgresql://"].contains { text.hasPrefix($0) }
                guard isURI || text.contains("="), text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                    return nil
                }
                return HiddenText(text)
            },
            format: { $0.description })
    }
}

extension SettingType where Value == MessageRate? {
    /// `100/200`: so many a second and so many at once; `100` is both, `0` no limit.
    static var rate: SettingType {
        SettingType(
            placeholder: "RATE",
            expectation:
                "messages a second and at once, such as 100/200 and at most 1000000, or 0 for no limit",
            form: .number,
            parse: { text in
                if text == "0" { return .some(nil) }
                let number = SettingType<Int>.number(MessageRate.range)
                let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
                guard parts.count <= 2, let perSecond = number.parse(parts[0]) else { return nil }
                guard parts.count == 2 else { return MessageRate(perSecond: perSecond, burst: perSecond) }
                return number.parse(parts[1]).map { MessageRate(perSecond: perSecond, burst: $0) }
            },
            format: { rate in rate.map { "\($0.perSecond)/\($0.burst)" } ?? "0" })
    }
}
