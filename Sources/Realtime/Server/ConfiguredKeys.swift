/// The keys of a configuration, read from wherever it says that they are.
struct ConfiguredKeys: Sendable {
    /// Why they can't be used. Nothing in it comes from a key itself.
    enum Failure: Error, Equatable {
        /// None is configured, and this is not development.
        case none
        case unreadable(KeySources.Refusal.Source, path: String, SmallFile.Failure)
        case refused(KeySources.Refusal)
        /// The secret that development mode made once.
        case badDevelopmentSecret(path: String, KeyRefusal)
        case dataDirectory(DevelopmentSecret.Failure)
    }

    /// What tokens are checked with.
    let verifying: KeySet
    /// The first secret, if there is one.
    private let signing: VerifyingKey?
    /// What an operator should be told, in whole sentences.
    let warnings: [String]

    /// Reads the keys again. In development without one it makes a secret, if it has not yet.
    init(_ configuration: ServerConfiguration) throws(Failure) {
        if let sources = try KeySources(configuration.identity) {
            let isExposed = configuration.identity.secretFile.map(PrivateFile.isPublic) ?? false
            self.init(
                try Self.load(sources),
                isExposed ? ["JWT secret: every user of this machine can read the file"] : [])
            return
        }
        guard configuration.isDevelopment else { throw .none }
        let folder = configuration.storage.dataDirectory
        let secret: [UInt8]
        do throws(DevelopmentSecret.Failure) {
            secret = try DevelopmentSecret.readOrMake(in: folder)
        } catch {
            throw .dataDirectory(error)
        }
        self.init(try Self.load(developmentSecret: secret, in: folder))
    }

    /// Makes tokens that are accepted; nil where all keys are public.
    func minter(_ policy: TokenPolicy) -> TokenMinter? {
        signing.flatMap { try? TokenMinter(key: $0, policy: policy) }
    }

    /// What is wrong with the keys, without making anything; nil when nothing is.
    static func problem(of configuration: ServerConfiguration) -> Failure? {
        do throws(Failure) {
            if let sources = try KeySources(configuration.identity) {
                _ = try load(sources)
            } else if configuration.isDevelopment {
                try checkDevelopmentSecret(in: configuration.storage.dataDirectory)
            } else {
                return Failure.none
            }
            return nil
        } catch {
            return error
        }
    }

    private init(_ loaded: KeySources.Loaded, _ moreWarnings: [String] = []) {
        verifying = loaded.keys
        signing = loaded.keys.keys.first { !$0.isPublic }
        warnings = loaded.warnings + moreWarnings
    }

    private static func load(_ sources: KeySources) throws(Failure) -> KeySources.Loaded {
        do throws(KeySources.Refusal) {
            return try sources.load()
        } catch {
            throw .refused(error)
        }
    }

    private static func load(
        developmentSecret: [UInt8], in folder: String
    ) throws(Failure) -> KeySources.Loaded {
        do throws(KeySources.Refusal) {
            return try KeySources(secret: .file(developmentSecret)).load()
        } catch {
            throw .badDevelopmentSecret(path: DevelopmentSecret.path(in: folder), error.reason)
        }
    }

    private static func checkDevelopmentSecret(in folder: String) throws(Failure) {
        let secret: [UInt8]?
        do throws(DevelopmentSecret.Failure) {
            secret = try DevelopmentSecret.read(in: folder)
        } catch {
            throw .dataDirectory(error)
        }
        if let secret { _ = try load(developmentSecret: secret, in: folder) }
    }
}

extension KeySources {
    /// Reads the files that are named; nil when nothing is configured.
    fileprivate init?(_ identity: ServerConfiguration.Identity) throws(ConfiguredKeys.Failure) {
        self.init()
        if let path = identity.secretFile {
            secret = .file(try Self.read(.secret, path))
        } else if let text = identity.secret {
            secret = .text(text.text)
        }
        publicKey = try identity.publicKeyFile.map { path throws(ConfiguredKeys.Failure) in
            try Self.read(.publicKey, path)
        }
        keySet = try identity.keySetFile.map { path throws(ConfiguredKeys.Failure) in
            try Self.read(.keySet, path)
        }
        guard secret != nil || publicKey != nil || keySet != nil else { return nil }
        secretAlgorithm = SigningAlgorithm(identity.secretAlgorithm)
        publicKeyAlgorithm = identity.publicKeyAlgorithm.map(SigningAlgorithm.init)
    }

    private static func read(
        _ source: Refusal.Source, _ path: String
    ) throws(ConfiguredKeys.Failure) -> [UInt8] {
        do throws(SmallFile.Failure) {
            return try SmallFile.read(path)
        } catch {
            throw .unreadable(source, path: path, error)
        }
    }
}

extension SigningAlgorithm {
    fileprivate init(_ algorithm: ServerConfiguration.SecretAlgorithm) {
        self =
            switch algorithm {
            case .hs256: .hs256
            case .hs384: .hs384
            case .hs512: .hs512
            }
    }

    fileprivate init(_ algorithm: ServerConfiguration.PublicKeyAlgorithm) {
        self =
            switch algorithm {
            case .rs256: .rs256
            case .rs384: .rs384
            case .rs512: .rs512
            case .es256: .es256
            case .es384: .es384
            case .es512: .es512
            }
    }
}

extension ConfiguredKeys.Failure: CustomStringConvertible {
    /// Where the problem is.
    var place: String {
        switch self {
        case .none: "no key to check tokens with"
        case .unreadable(let source, _, _): source.rawValue
        case .refused(let refusal): refusal.source.rawValue
        case .badDevelopmentSecret(let path, _): path.quotedForPeople
        case .dataDirectory(let failure): failure.path.quotedForPeople
        }
    }

    /// What it is, and what would help.
    var problem: String {
        switch self {
        case .none:
            "set jwt-secret-file, REALTIME_JWT_SECRET, jwt-public-key or jwks; dev makes one for trying out"
        case .unreadable(_, let path, let reason): "\(path.quotedForPeople) can't be read: \(reason)"
        case .refused(let refusal): refusal.reason.description
        case .badDevelopmentSecret(_, let reason): "\(reason); remove it to get a new one"
        case .dataDirectory(let failure): "can't be made or read: \(failure.reason)"
        }
    }

    var description: String { "\(place): \(problem)" }
}

extension ServerError {
    init(_ failure: ConfiguredKeys.Failure) {
        let code: Code =
            switch failure {
            case .none: .noKeys
            case .unreadable, .refused, .badDevelopmentSecret: .badKeys
            case .dataDirectory: .badDataDirectory
            }
        self.init(code: code, message: failure.description)
    }
}
