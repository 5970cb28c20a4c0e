/// What `realtime-server token` is told: flags of its own, and the server's, by which it finds the key.
package struct TokenCommandLine {
    /// What its own flags say.
    package struct Options: Sendable {
        fileprivate var user: String?
        fileprivate var name: String?
        fileprivate var device: String?
        fileprivate var rooms: String?
        fileprivate var scope: Scope?
        fileprivate var lifetime: Duration = .seconds(3600)
    }

    /// What a token may be for, beside a user.
    enum Scope: String, CaseIterable, Sendable {
        /// A backend, which may use the HTTP API.
        case service
    }

    private typealias Row = Setting<Options>

    /// Its own flags. They are flags alone: no variable and no file says whom a token is for.
    package static let settings = SettingTable<Options>(
        defaults: Options(),
        groups: [
            SettingGroup("Token") {
                Row("sub", \.user, .optional(.name("ID")), "id of the user; must be there")
                Row("name", \.name, .optional(.name("NAME")), "what others see instead of the id")
                Row(
                    "rooms", \.rooms, .optional(.text("GRANTS")),
                    "rights in rooms, r to read and w to write: 'project_*=rw,news=r'; the room policy "
                        + "decides without it")
                Row("device", \.device, .optional(.name("ID")), "id of the device")
                Row("scope", \.scope, .optional(.choice("SCOPE")), "for a backend")
                Row(
                    "ttl", \.lifetime, .duration(.seconds(1) ... .seconds(8760 * 3600)),
                    "how long it is accepted")
            }
        ])

    private let request: TokenRequest
    private let configuration: ServerConfiguration

    /// Reads the flags, and the server's configuration as `serve` does.
    package init(arguments: [String], environment: [String: String]) throws(InvalidConfiguration) {
        let (own, others) = Self.settings.split(arguments)
        let options = Self.settings.load(arguments: own, environment: [:])
        let server = ServerConfiguration.settings.load(arguments: others, environment: environment)
        var mistakes = server.mistakes + options.mistakes
        var request: TokenRequest?
        do throws(ConfigurationMistake) {
            request = try TokenRequest(options.value)
        } catch {
            // What could not be read was told already, and is not missing.
            if !options.mistakes.contains(where: { $0.place == error.place }) { mistakes.append(error) }
        }
        guard let request, mistakes.isEmpty else { throw InvalidConfiguration(mistakes: mistakes) }
        self.request = request
        configuration = server.value
    }

    /// Makes the token; in development it makes the secret as well, if the server has not yet.
    package func token() throws(ServerError) -> String {
        let keys: ConfiguredKeys
        do throws(ConfiguredKeys.Failure) {
            keys = try ConfiguredKeys(configuration)
        } catch {
            throw ServerError(error)
        }
        guard let minter = keys.minter(TokenPolicy(configuration.identity)) else {
            throw ServerError(
                code: .noKeys,
                message: "no secret to sign with: a public key only checks what its owner has signed")
        }
        do throws(TokenMinter.Refusal) {
            return try minter.mint(request, at: TimeSource.system.date)
        } catch {
            throw ServerError(
                code: .badConfiguration,
                message: "the token would be longer than \(CompactToken.longest) bytes, which no server takes"
            )
        }
    }
}

extension TokenRequest {
    fileprivate init(_ options: TokenCommandLine.Options) throws(ConfigurationMistake) {
        guard let user = options.user.flatMap(UserID.init) else {
            throw ConfigurationMistake(place: "--sub", problem: "is missing: the id of the user")
        }
        self.init(user: user)
        name = options.name
        device = options.device.flatMap(DeviceID.init)
        isService = options.scope == .service
        lifetime = options.lifetime
        guard let grants = options.rooms else { return }
        do throws(RoomGrants.ArgumentError) {
            rooms = try RoomGrants(argument: grants)
        } catch {
            throw ConfigurationMistake(place: "--rooms", problem: error.description)
        }
    }
}
