/// What came of reading all sources: a value even where there are mistakes, made of what was right.
package struct LoadedSettings<Root: Sendable>: Sendable {
    package fileprivate(set) var value: Root
    /// Where each setting that is not at its default comes from.
    fileprivate(set) var origins: [String: SettingOrigin] = [:]
    package fileprivate(set) var mistakes: [ConfigurationMistake] = []

    func origin(of name: String) -> SettingOrigin {
        origins[name] ?? .byDefault
    }
}

extension SettingTable {
    /// Puts the sources on top of each other: defaults, file, environment, flags. A mistake in a source is
    /// reported even where a stronger source says something else.
    package func load(arguments: [String], environment: [String: String]) -> LoadedSettings<Root> {
        let flags = readArguments(arguments)
        let variables = readEnvironment(environment)
        let file = (flags.file ?? variables.file).map { readFile($0.path, named: $0.origin) }

        var loaded = LoadedSettings(value: defaults)
        var misread: Set<String> = []
        for layer in [file, variables, flags].compactMap(\.self) {
            loaded.mistakes += layer.mistakes
            for entry in layer.entries where !apply(entry, to: &loaded) { misread.insert(entry.name) }
        }
        for check in checks where misread.isDisjoint(with: [check.name, check.other]) {
            guard let problem = check.problem(loaded.value) else { continue }
            loaded.mistakes.append(
                ConfigurationMistake(place: loaded.origin(of: check.name).place, problem: problem))
        }
        return loaded
    }

    /// Whether the entry could be understood.
    private func apply(_ entry: SettingEntry, to loaded: inout LoadedSettings<Root>) -> Bool {
        guard let setting = setting(named: entry.name) else { return false }
        guard setting.assign(entry.text, &loaded.value) else {
            let shown = setting.isHidden ? "the value" : entry.text.quotedForPeople
            loaded.mistakes.append(
                ConfigurationMistake(
                    place: entry.origin.place, problem: "\(shown) is not \(setting.expectation)"))
            return false
        }
        loaded.origins[entry.name] = entry.origin
        return true
    }

    /// What is wrong with the files that settings name. A server finds this out when it needs them; `check`
    /// starts nothing and asks here.
    package func unreadableFiles(_ loaded: LoadedSettings<Root>) -> [ConfigurationMistake] {
        settings.compactMap { setting in
            let origin = loaded.origin(of: setting.name)
            guard setting.form == .file, origin != .byDefault else { return nil }
            let path = setting.shown(in: loaded.value)
            // `--tls-cert none` takes back what a weaker source says, and names no file.
            guard path != setting.shown(in: defaults) else { return nil }
            do throws(SmallFile.Failure) {
                _ = try SmallFile.read(path)
                return nil
            } catch {
                return ConfigurationMistake(
                    place: origin.place, problem: "\(path.quotedForPeople) can't be read: \(error)")
            }
        }
    }
}
