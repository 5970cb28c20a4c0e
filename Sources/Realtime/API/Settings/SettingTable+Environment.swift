extension SettingTable {
    /// Reads the variables that begin with `REALTIME_`, in alphabetical order.
    func readEnvironment(_ environment: [String: String]) -> SettingLayer {
        var layer = SettingLayer()
        let fileVariable = SettingNames.variable(SettingNames.file)
        let names = Dictionary(
            uniqueKeysWithValues: settings.map { (SettingNames.variable($0.name), $0.name) })
        for (variable, text) in environment.sorted(by: { $0.key < $1.key })
        where variable.hasPrefix(SettingNames.variablePrefix) {
            if variable == fileVariable {
                if !text.isEmpty { layer.file = (text, .environment(variable: variable)) }
            } else if let name = names[variable] {
                layer.entries.append(
                    SettingEntry(name: name, text: text, origin: .environment(variable: variable)))
            } else {
                let known = names.keys.sorted() + [fileVariable]
                layer.fail(
                    variable.escapedForPeople,
                    "there is no such variable" + Suggestion.sentence(for: variable, among: known))
            }
        }
        return layer
    }
}
