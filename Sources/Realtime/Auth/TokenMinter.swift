/// What a token that we make shall say.
struct TokenRequest: Sendable {
    var user: UserID
    var name: String?
    var device: DeviceID?
    var isService = false
    var rooms: RoomGrants?
    var tokenID: String?
    var lifetime: Duration = .seconds(3600)
}

/// Makes tokens, for trying out and for development; in production the application makes them.
struct TokenMinter: Sendable {
    /// Why there is no token.
    enum Refusal: Error, Equatable, Sendable {
        /// Only a secret can sign: a public key checks what others have signed.
        case noSecret
        /// It would be longer than what is accepted.
        case tooLong
    }

    private let key: VerifyingKey
    private let policy: TokenPolicy

    /// - Parameter policy: Whose issuer and audience are put in, so that the token is accepted.
    init(key: VerifyingKey, policy: TokenPolicy = TokenPolicy()) throws(Refusal) {
        guard !key.isPublic else { throw .noSecret }
        self.key = key
        self.policy = policy
    }

    /// A token that begins now.
    func mint(_ request: TokenRequest, at now: Timestamp) throws(Refusal) -> String {
        guard let token = LibJWT.sign(payload: payload(of: request, at: now), with: key),
            token.utf8.count <= CompactToken.longest
        else { throw .tooLong }
        return token
    }

    private func payload(of request: TokenRequest, at now: Timestamp) -> String {
        let second = now.milliseconds / 1000
        var json = ByteBuffer()
        json.appendJSONObject { object in
            object.string("sub", request.user.string)
            if let name = request.name { object.string("name", name) }
            if let device = request.device { object.string("device_id", device.string) }
            if request.isService { object.string("scope", "service") }
            if let id = request.tokenID { object.string("jti", id) }
            if let issuer = policy.issuer { object.string("iss", issuer) }
            if let audience = policy.audience { object.string("aud", audience) }
            object.int("iat", second)
            object.int("exp", second + request.lifetime.milliseconds / 1000)
            if let rooms = request.rooms {
                object.object("rooms") { members in
                    for grant in rooms.grants { members.string(grant.pattern, grant.rights.letters) }
                }
            }
        }
        return String(decoding: json.unsafeBytes, as: UTF8.self)
    }
}

extension RoomGrants {
    /// Why the text of a command line says no grants.
    enum ArgumentError: Error, Equatable, Sendable, CustomStringConvertible {
        case noRights(part: String)
        case badLetters(part: String)
        case badPattern(part: String)
        case duplicate

        var description: String {
            switch self {
            case .noRights(let part): "'\(part)' has no rights: write room=rw, room=r or room=w"
            case .badLetters(let part): "'\(part)': rights are r, w or rw"
            case .badPattern(let part): "'\(part)': a room has 1 to 256 bytes without control characters"
            case .duplicate: "a room comes twice"
            }
        }
    }

    /// Reads `project_*=rw,news=r`. A room's id may have `=` in it, and no comma.
    init(argument: String) throws(ArgumentError) {
        var grants: [Grant] = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            guard let equals = part.lastIndex(of: "=") else { throw .noRights(part: String(part)) }
            let pattern = String(part[..<equals])
            let letters = String(part[part.index(after: equals)...])
            guard !letters.isEmpty else { throw .noRights(part: String(part)) }
            guard let rights = RoomRights(letters: letters) else { throw .badLetters(part: String(part)) }
            guard ExactText(pattern).withUTF8({ IdentifierGrammar.accepts($0) }) else {
                throw .badPattern(part: String(part))
            }
            grants.append(Grant(pattern, rights))
        }
        do {
            try self.init(grants)
        } catch {
            throw .duplicate
        }
    }
}
