extension SettingTable {
    /// All settings for `--help`, in columns that are wrapped to the width, and how to give them in a file.
    package func help(width: Int = 100) -> String {
        var blocks = [helpOnFlags(width: width)]
        let file = helpEntry(
            usage: SettingNames.flag(SettingNames.file) + " FILE",
            text: "JSON file with any of these settings, the names without dashes in front as keys",
            width: width)
        blocks.append("Configuration file:\n" + file)
        return blocks.joined(separator: "\n")
    }

    /// The settings alone.
    package func helpOnFlags(width: Int = 100) -> String {
        groups.map { group in
            group.title + ":\n" + group.settings.map { helpEntry($0, width: width) }.joined()
        }.joined(separator: "\n")
    }

    /// Every setting with its value and where that comes from, for `check`.
    package func report(_ loaded: LoadedSettings<Root>) -> String {
        let rows = settings.map { setting in
            let origin = loaded.origin(of: setting.name)
            let isUnsetSecret = setting.isSecret && origin == .byDefault
            return (
                setting.name, isUnsetSecret ? "(not set)" : setting.shown(in: loaded.value),
                origin.description
            )
        }
        let nameWidth = rows.map(\.0.count).max() ?? 0
        let valueWidth = rows.map(\.1.count).max() ?? 0
        var lines = rows.map { name, value, origin in
            "  " + name.padded(to: nameWidth + 2) + value.padded(to: valueWidth + 2) + origin + "\n"
        }[...]
        return groups.map { group in
            defer { lines = lines.dropFirst(group.settings.count) }
            return group.title + ":\n" + lines.prefix(group.settings.count).joined()
        }.joined(separator: "\n")
    }

    private func helpEntry(_ setting: Setting<Root>, width: Int) -> String {
        let current = setting.shown(in: defaults)
        var usage = SettingNames.flag(setting.name)
        var text = setting.summary
        var remark = "(default: \(current))"
        if setting.isSecret {
            usage = setting.variable
            remark = "(not as a flag)"
        } else if let placeholder = setting.placeholder {
            usage += " " + placeholder
            if setting.form == .list { text += "; may be given again for more" }
            if current.isEmpty { remark = "" }
        } else {
            usage = "--[no-]" + setting.name
            remark = "(default: \(current == "true" ? "on" : "off"))"
        }
        return helpEntry(usage: usage, text: text, remark: remark, width: width)
    }

    /// The usage in its column, and the text in its own beside or below it. The remark is not broken.
    private func helpEntry(usage: String, text: String, remark: String = "", width: Int) -> String {
        let column = 36
        var lines: [String] = []
        for word in text.split(separator: " ").map(String.init) + [remark] where !word.isEmpty {
            if let last = lines.last, last.count + 1 + word.count <= width - column {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(word)
            }
        }
        let indent = String(repeating: " ", count: column)
        let start = "  " + usage
        let first = start.count + 2 <= column ? start.padded(to: column) : start + "\n" + indent
        return first + lines.joined(separator: "\n" + indent) + "\n"
    }
}

extension String {
    /// With spaces behind it, up to a width.
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
