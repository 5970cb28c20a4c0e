/// One thing that can be set: a row of the table from which flags, variables, file keys and help are made.
package struct Setting<Root: Sendable>: Sendable {
    /// Lower-case words joined by dashes: the flag without its dashes, and the key in the file.
    package let name: String
    /// A few words for `--help`, without the default.
    let summary: String
    /// What stands for the value in `--help`; nil for a switch.
    let placeholder: String?
    /// Completes "is not …".
    let expectation: String
    let form: SettingForm
    /// Refused as a flag, because other users of the machine can read those, and hidden.
    let isSecret: Bool
    /// Printed as `(hidden)`, and left out of mistakes.
    let isHidden: Bool

    /// Puts a written value in its place; false when it is not one.
    let assign: @Sendable (String, inout Root) -> Bool
    /// The current value as it would be written.
    private let write: @Sendable (Root) -> String

    package init<Value>(
        _ name: String, _ field: any WritableKeyPath<Root, Value> & Sendable, _ type: SettingType<Value>,
        _ summary: String, secret: Bool = false
    ) {
        self.name = name
        self.summary =
            type.choices.isEmpty ? summary : summary + ": " + type.choices.joined(separator: ", ")
        placeholder = type.placeholder
        expectation = type.expectation
        form = type.form
        isSecret = secret
        isHidden = secret || type.isHidden
        assign = { text, root in
            guard let value = type.parse(text) else { return false }
            root[keyPath: field] = value
            return true
        }
        write = { root in type.format(root[keyPath: field]) }
    }

    /// `REALTIME_` and the name in capitals.
    package var variable: String { SettingNames.variable(name) }

    /// The current value as it may be printed.
    package func shown(in root: Root) -> String {
        isSecret ? "(hidden)" : write(root)
    }
}

/// How a setting is given, beyond the text of its value.
enum SettingForm: Sendable {
    /// One value.
    case value
    /// One value that a JSON file may also give as a number.
    case number
    /// The path of a file that must be readable.
    case file
    /// `--name` and `--no-name`, true or false in JSON.
    case toggle
    /// The flag may come again for more; an array in JSON, commas elsewhere.
    case list
}

/// Settings that stand together in `--help`.
package struct SettingGroup<Root: Sendable>: Sendable {
    package let title: String
    package let settings: [Setting<Root>]

    package init(_ title: String, @SettingsBuilder<Root> _ settings: () -> [Setting<Root>]) {
        self.title = title
        self.settings = settings()
    }
}

/// Makes a list of settings of the rows between two braces. The compiler looks at each row by itself then;
/// as the elements of one array literal they would take it most of a minute.
@resultBuilder
package enum SettingsBuilder<Root: Sendable> {
    package static func buildBlock(_ settings: Setting<Root>...) -> [Setting<Root>] {
        settings
    }
}

/// Something that only shows when two settings are looked at together.
package struct SettingCheck<Root: Sendable>: Sendable {
    /// The setting to which a mistake is put down.
    let name: String
    /// The other one. Where either could not be read the check says nothing.
    let other: String
    /// What is wrong, or nil.
    let problem: @Sendable (Root) -> String?

    package init(_ name: String, with other: String, _ problem: @escaping @Sendable (Root) -> String?) {
        self.name = name
        self.other = other
        self.problem = problem
    }
}

/// All settings of something, with what they are when nothing is set.
package struct SettingTable<Root: Sendable>: Sendable {
    package let defaults: Root
    package let groups: [SettingGroup<Root>]
    let checks: [SettingCheck<Root>]

    package init(defaults: Root, groups: [SettingGroup<Root>], checks: [SettingCheck<Root>] = []) {
        self.defaults = defaults
        self.groups = groups
        self.checks = checks
        let names = groups.flatMap(\.settings).map(\.name) + [SettingNames.file]
        precondition(Set(names).count == names.count, "two settings have the same name")
    }

    var settings: [Setting<Root>] { groups.flatMap(\.settings) }

    func setting(named name: String) -> Setting<Root>? {
        settings.first { $0.name == name }
    }
}

/// How the names of one setting follow from each other.
enum SettingNames {
    /// The flag that names the configuration file; it is no setting of its own.
    static let file = "config"
    static let variablePrefix = "REALTIME_"

    static func variable(_ name: String) -> String {
        variablePrefix + String(name.map { $0 == "-" ? "_" : $0 }).uppercased()
    }

    static func flag(_ name: String) -> String {
        "--" + name
    }
}
