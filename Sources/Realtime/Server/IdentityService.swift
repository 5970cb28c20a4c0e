/// Whose tokens are accepted: the authenticator with the configured keys, and how they are read again.
///
/// Any thread may use it. `init` and `reload` read files, and are not for an event loop.
final class IdentityService: Sendable {
    /// The door for tokens, for as long as the server runs.
    let authenticator: Authenticator
    private let configuration: ServerConfiguration
    private let policy: TokenPolicy
    private let currentMinter: Locked<TokenMinter?>
    private let log: Log

    init(
        _ configuration: ServerConfiguration, log: Log, revocations: Revocations = Revocations(),
        time: TimeSource = .system
    ) throws(ServerError) {
        let keys: ConfiguredKeys
        do throws(ConfiguredKeys.Failure) {
            keys = try ConfiguredKeys(configuration)
        } catch {
            throw ServerError(error)
        }
        self.configuration = configuration
        self.log = log
        policy = TokenPolicy(configuration.identity)
        currentMinter = Locked(keys.minter(policy))
        authenticator = Authenticator(
            verifier: TokenVerifier(keys: keys.verifying, policy: policy), revocations: revocations,
            time: time)
        warn(of: keys)
        if configuration.isDevelopment {
            log.warning("development mode", ["problem": "whoever can connect can have a token"])
        }
    }

    /// Makes tokens that this server accepts; nil where all keys are public.
    var minter: TokenMinter? {
        currentMinter.withLock { $0 }
    }

    /// Reads the keys again. What was verified before is verified again; when the new ones can't be used the
    /// old ones stay in force.
    func reload() {
        do throws(ConfiguredKeys.Failure) {
            let keys = try ConfiguredKeys(configuration)
            authenticator.replaceVerifier(TokenVerifier(keys: keys.verifying, policy: policy))
            currentMinter.withLock { $0 = keys.minter(policy) }
            warn(of: keys)
            log.info("keys reloaded", ["keys": .integer(keys.verifying.keys.count)])
        } catch {
            log.error("keys not reloaded", ["reason": .string(error.description)])
        }
    }

    private func warn(of keys: ConfiguredKeys) {
        for warning in keys.warnings { log.warning("keys", ["problem": .string(warning)]) }
    }
}

extension TokenPolicy {
    /// What the configuration asks of tokens.
    init(_ identity: ServerConfiguration.Identity) {
        self.init(
            issuer: identity.issuer, audience: identity.audience, leeway: identity.leeway,
            requiresExpiry: identity.requiresExpiry)
    }
}
