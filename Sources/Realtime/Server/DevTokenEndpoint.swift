/// `POST /dev/token`: a token for whoever asks. It is there in development alone.
///
/// The pages that may connect may ask. Other pages' requests are refused, so that no site that a developer
/// visits gets a token for the server on the developer's machine.
struct DevTokenEndpoint: Sendable {
    let identity: IdentityService
    let origins: OriginPolicy
    var time = TimeSource.system

    var endpoint: HTTPEndpoint {
        .immediate { respond(to: $0) }
    }

    private func respond(to request: HTTPRequest) -> HTTPResponse {
        let head = request.head
        guard
            origins.allows(
                origin: head.header("origin")?.string, host: head.host?.string, forwardedHost: nil)
        else { return .error(.forbidden, .forbidden, "Pages of this origin may not ask for tokens.") }
        guard let minter = identity.minter else {
            return .error(
                .serviceUnavailable, .unavailable, "There is no secret to sign with, only public keys.")
        }
        do throws(EnvelopeFailure) {
            return Self.answer(try TokenRequest(json: request.body), by: minter, at: time.date)
        } catch {
            return .error(
                error.code == .tooLarge ? .contentTooLarge : .badRequest, error.code, error.sentence)
        }
    }

    private static func answer(
        _ request: TokenRequest, by minter: TokenMinter, at now: Timestamp
    ) -> HTTPResponse {
        do throws(TokenMinter.Refusal) {
            let token = try minter.mint(request, at: now)
            var json = ByteBuffer()
            json.appendJSONObject { $0.string("token", token) }
            return .json(.ok, json)
        } catch {
            return .error(
                .contentTooLarge, .tooLarge, "rooms: the token would be longer than a token may be")
        }
    }
}

extension TokenRequest {
    /// Reads `{"sub", "name"?, "rooms"?, "device_id"?, "scope"?}`, each as it stands in a token.
    fileprivate init(json: [UInt8]) throws(EnvelopeFailure) {
        // `withUnsafeBytes` forgets the error's type, so the outcome comes out as a value.
        self = try json.withUnsafeBytes { json in
            Result { () throws(EnvelopeFailure) in try TokenRequest(reading: json) }
        }.get()
    }

    private init(reading json: UnsafeRawBufferPointer) throws(EnvelopeFailure) {
        let members = try DataMembers(of: json, field: "the body")
        guard let user: UserID = try members.identifier("sub") else {
            throw EnvelopeFailure(.missing, field: "sub")
        }
        self.init(user: user)
        name = try members.string("name")
        if let name, UserID(name) == nil { throw EnvelopeFailure(.notAnIdentifier, field: "name") }
        device = try members.identifier("device_id")
        if let scope = try members.string("scope") {
            guard scope == "service" else { throw EnvelopeFailure(.mustBe("\"service\""), field: "scope") }
            isService = true
        }
        if let slice = members.slice("rooms"), !slice.isNull {
            guard let grants = RoomGrants(claim: slice, in: json) else {
                throw EnvelopeFailure(
                    .mustBe("an object such as {\"project_*\":\"rw\",\"news\":\"r\"}"), field: "rooms")
            }
            rooms = grants
        }
    }
}
