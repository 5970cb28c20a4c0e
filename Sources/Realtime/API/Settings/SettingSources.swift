/// Where a value came from, weakest first.
package enum SettingOrigin: Sendable, Equatable, CustomStringConvertible {
    case byDefault
    case file(path: String, key: String)
    case environment(variable: String)
    case flag(String)

    /// What `check` prints behind the value.
    package var description: String {
        switch self {
        case .byDefault: "default"
        case .file(let path, _): path
        case .environment(let variable): variable
        case .flag(let flag): flag
        }
    }

    /// Where a mistake stands.
    var place: String {
        switch self {
        case .file(let path, let key): "\(path), key \(key.quotedForPeople)"
        case .byDefault, .environment, .flag: description
        }
    }
}

/// A value as somebody wrote it, not looked at yet.
struct SettingEntry {
    let name: String
    let text: String
    let origin: SettingOrigin
}

/// What one source says: the values, and what in it could not be understood at all.
struct SettingLayer {
    var entries: [SettingEntry] = []
    var mistakes: [ConfigurationMistake] = []
    /// The configuration file that it names.
    var file: (path: String, origin: SettingOrigin)?

    mutating func fail(_ place: String, _ problem: String) {
        mistakes.append(ConfigurationMistake(place: place, problem: problem))
    }
}

extension String {
    /// In quotes, escaped, and short enough for one clear line.
    package var quotedForPeople: String {
        var buffer = ByteBuffer()
        buffer.append(quoted: shortened)
        return String(decoding: buffer.unsafeBytes, as: UTF8.self)
    }

    /// The same, with quotes only where something had to be escaped.
    var escapedForPeople: String {
        var buffer = ByteBuffer()
        buffer.append(quotedIfNeeded: shortened)
        return String(decoding: buffer.unsafeBytes, as: UTF8.self)
    }

    private var shortened: String {
        unicodeScalars.count > 80 ? String(unicodeScalars.prefix(80)) + "…" : self
    }
}
