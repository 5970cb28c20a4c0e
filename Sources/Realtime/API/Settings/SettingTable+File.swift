extension SettingTable {
    /// Reads the JSON object whose keys are the names of settings.
    func readFile(_ path: String, named origin: SettingOrigin) -> SettingLayer {
        var layer = SettingLayer()
        let bytes: [UInt8]
        do throws(SmallFile.Failure) {
            bytes = try SmallFile.read(path)
        } catch {
            layer.fail(origin.place, "\(path.quotedForPeople) can't be read: \(error)")
            return layer
        }
        do throws(JSONError) {
            guard let members = try JSONValue.parse(bytes).object else {
                layer.fail(path.escapedForPeople, "is not a JSON object")
                return layer
            }
            for member in members { read(member, of: path, into: &layer) }
        } catch {
            let place = Position(of: error.offset, in: bytes)
            layer.fail(
                "\(path.escapedForPeople), line \(place.line), column \(place.column)",
                "\(error.reason.rawValue)")
        }
        return layer
    }

    private func read(_ member: JSONValue.Member, of path: String, into layer: inout SettingLayer) {
        let origin = SettingOrigin.file(path: path.escapedForPeople, key: member.key)
        guard let setting = setting(named: member.key) else {
            let suggestion = Suggestion.sentence(for: member.key, among: settings.map(\.name))
            return layer.fail(origin.place, "there is no such setting" + suggestion)
        }
        guard let text = setting.form.text(of: member.value) else {
            let shown = setting.isHidden ? "the value" : member.value.shownToPeople
            return layer.fail(origin.place, "\(shown) is not \(setting.expectation)")
        }
        layer.entries.append(SettingEntry(name: setting.name, text: text, origin: origin))
    }
}

extension SettingForm {
    /// A JSON value as the text that a flag would have; nil when a setting of this form can't be that.
    fileprivate func text(of value: JSONValue) -> String? {
        switch (self, value) {
        case (.value, .string(let text)), (.file, .string(let text)), (.list, .string(let text)): text
        case (.number, .string(let text)): text
        case (.number, .int(let number)): String(number)
        case (.toggle, .bool(let flag)): flag ? "true" : "false"
        case (.list, .array(let elements)): SettingForm.joined(elements)
        case (.value, _), (.number, _), (.file, _), (.toggle, _), (.list, _): nil
        }
    }

    private static func joined(_ elements: [JSONValue]) -> String? {
        let texts = elements.compactMap(\.string)
        return texts.count == elements.count ? texts.joined(separator: ",") : nil
    }
}

extension JSONValue {
    /// The value, or what kind it is, short enough for one line.
    fileprivate var shownToPeople: String {
        switch self {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .int(let number): String(number)
        case .double(let number): String(number)
        case .string(let text): text.quotedForPeople
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// A place in a text as people count: from 1, columns in bytes.
private struct Position {
    var line = 1
    var column = 1

    init(of offset: Int, in bytes: [UInt8]) {
        for byte in bytes.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
    }
}
