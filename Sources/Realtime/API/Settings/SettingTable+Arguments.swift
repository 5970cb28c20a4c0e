extension SettingTable {
    /// Reads `--flag value`, `--flag=value`, `--switch` and `--no-switch`.
    func readArguments(_ arguments: [String]) -> SettingLayer {
        var layer = SettingLayer()
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--"), argument.utf8.count > 2 else {
                layer.fail(
                    argument.quotedForPeople,
                    argument.hasPrefix("-") && argument != "--"
                        ? "flags begin with two dashes" : "this argument belongs to no flag")
                continue
            }
            let parts = argument.dropFirst(2).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let flag = Flag(name: String(parts[0]), value: parts.count == 2 ? String(parts[1]) : nil)
            read(flag, rest: &rest, into: &layer)
        }
        return layer
    }

    /// Takes the flags of this table out, for a command that has some beside those of another table.
    package func split(_ arguments: [String]) -> (own: [String], others: [String]) {
        var split = (own: [String](), others: [String]())
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let name = argument.dropFirst(2).prefix { $0 != "=" }
            guard argument.hasPrefix("--"), let setting = setting(named: String(name)) else {
                split.others.append(argument)
                continue
            }
            split.own.append(argument)
            let takesWord = setting.form != .toggle && !argument.contains("=")
            if takesWord, let value = rest.popValue() { split.own.append(value) }
        }
        return split
    }

    private struct Flag {
        let name: String
        /// What stands behind the `=`.
        let value: String?
        var shown: String { SettingNames.flag(name) }
    }

    private func read(_ flag: Flag, rest: inout ArraySlice<String>, into layer: inout SettingLayer) {
        if flag.name == SettingNames.file {
            guard layer.file == nil else { return layer.fail(flag.shown, "was already given") }
            guard let path = flag.value ?? rest.popValue(), !path.isEmpty else {
                return layer.fail(flag.shown, "needs the path of a JSON file")
            }
            layer.file = (path, .flag(flag.shown))
            return
        }

        if let negated = negatedToggle(flag.name) {
            guard flag.value == nil else { return layer.fail(flag.shown, "takes no value") }
            return add(negated, "false", as: flag, to: &layer)
        }

        guard let setting = setting(named: flag.name) else {
            // A value behind it belongs to it, and is not looked at: it may be a secret.
            if flag.value == nil { _ = rest.popValue() }
            let known =
                settings.filter { !$0.isSecret }.map { SettingNames.flag($0.name) }
                + settings.filter { $0.form == .toggle }.map { SettingNames.flag("no-" + $0.name) }
                + [SettingNames.flag(SettingNames.file)]
            return layer.fail(
                flag.shown.escapedForPeople,
                "there is no such flag" + Suggestion.sentence(for: flag.shown, among: known))
        }

        if setting.isSecret {
            if flag.value == nil { _ = rest.popValue() }
            return layer.fail(
                flag.shown,
                "flags can be seen by other users of this machine; set \(setting.variable), "
                    + "or \"\(setting.name)\" in the configuration file")
        }
        if setting.form == .toggle {
            return add(setting, flag.value ?? "true", as: flag, to: &layer)
        }
        guard let value = flag.value ?? rest.popValue() else {
            return layer.fail(flag.shown, "needs a value: \(setting.expectation)")
        }
        add(setting, value, as: flag, to: &layer)
    }

    private func negatedToggle(_ name: String) -> Setting<Root>? {
        guard name.hasPrefix("no-"), setting(named: name) == nil,
            let setting = setting(named: String(name.dropFirst(3))), setting.form == .toggle
        else { return nil }
        return setting
    }

    private func add(
        _ setting: Setting<Root>, _ text: String, as flag: Flag, to layer: inout SettingLayer
    ) {
        guard let earlier = layer.entries.firstIndex(where: { $0.name == setting.name }) else {
            layer.entries.append(
                SettingEntry(name: setting.name, text: text, origin: .flag(flag.shown)))
            return
        }
        let entry = layer.entries[earlier]
        guard setting.form == .list else {
            let earlier = entry.origin.place == flag.shown ? "" : entry.origin.place + " "
            return layer.fail(flag.shown, earlier + "was already given")
        }
        layer.entries[earlier] = SettingEntry(
            name: setting.name, text: entry.text + "," + text, origin: entry.origin)
    }
}

extension ArraySlice<String> {
    /// Takes the next argument when it can be the value of the flag before it.
    fileprivate mutating func popValue() -> String? {
        guard let first, !first.hasPrefix("--") else { return nil }
        return popFirst()
    }
}
