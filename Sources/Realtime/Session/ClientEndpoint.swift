/// Where clients of the native protocol connect: looks at the origin and the token before anything is upgraded.
struct ClientEndpoint: WebSocketEndpoint {
    let services: SessionServices
    let origins: OriginGate

    var subprotocols: [String] { ["realtime.v1"] }

    func admit(_ request: WebSocketRequest, later: PendingUpgrade) -> WebSocketAdmission? {
        guard origins.allows(request) else {
            return .refused(.error(.forbidden, .forbidden, "This page may not connect."))
        }
        let location: TokenLocation
        let device: DeviceID?
        do throws(URLQueryError) {
            let query = URLQuery(request.head.query)
            location = TokenLocation(
                authorization: request.head.header("authorization")?.string,
                subprotocols: request.head.joined("sec-websocket-protocol"), query: try query.value("token"))
            device = try query.value("device_id").flatMap { DeviceID($0) }
        } catch {
            return .refused(.error(.badRequest, .malformed, error.message))
        }
        guard let token = location.token else {
            return .accepted { [services] carrier in
                let session = ClientSession(
                    carrier: carrier, on: services.hub.shard(on: carrier.loop), deviceHint: device,
                    services: services)
                session.awaitToken()
                return session
            }
        }
        let answer = ExactText(token).withUTF8 { token in
            services.authenticator.authenticate(token) { outcome in
                later.decide(admission(of: outcome, device: device))
            }
        }
        return switch answer {
        case .now(let outcome): admission(of: outcome, device: device)
        case .later: nil
        }
    }

    private func admission(of outcome: Authenticator.Outcome, device: DeviceID?) -> WebSocketAdmission {
        switch outcome {
        case .failure(let refusal):
            return .refused(.unauthenticated(refusal))
        case .success(let token):
            guard let seat = services.accountSeat(of: token.claims.user) else {
                return .refused(
                    .error(.tooManyRequests, .rateLimited, RealtimeError.tooManyConnections.message))
            }
            return .accepted { [services] carrier in
                let session = ClientSession(
                    carrier: carrier, on: services.hub.shard(on: carrier.loop), deviceHint: device,
                    services: services)
                session.open(with: token, seat)
                return session
            }
        }
    }
}
