extension SettingTable<ServerConfiguration> {
    /// What is wrong with the keys that are configured. A server finds this out when it starts; `check` starts
    /// nothing and asks here. Files that can't be read are told by `unreadableFiles`.
    package func unusableKeys(_ loaded: LoadedSettings<ServerConfiguration>) -> [ConfigurationMistake] {
        guard let failure = ConfiguredKeys.problem(of: loaded.value) else { return [] }
        switch failure {
        case .unreadable:
            return []
        case .refused(let refusal):
            let name = setting(for: refusal.source, in: loaded.value)
            let place = name.map { loaded.origin(of: $0).place } ?? failure.place
            return [ConfigurationMistake(place: place, problem: failure.problem)]
        case .none, .badDevelopmentSecret, .dataDirectory:
            return [ConfigurationMistake(place: failure.place, problem: failure.problem)]
        }
    }

    /// The setting that a source of keys comes from.
    private func setting(
        for source: KeySources.Refusal.Source, in configuration: ServerConfiguration
    ) -> String? {
        switch source {
        case .secret: configuration.identity.secretFile == nil ? "jwt-secret" : "jwt-secret-file"
        case .publicKey: "jwt-public-key"
        case .keySet: "jwks"
        case .all: nil
        }
    }
}
