/// What a token says about its bearer, checked in form. Whether the token may be believed is not its matter.
struct Claims: Sendable, Equatable {
    /// `sub`: who it is.
    let user: UserID
    /// `name`: what others see instead of the id, where the token has one.
    let name: String?
    /// `device_id`: which of the user's devices this is.
    let device: DeviceID?
    /// `scope` is exactly `service`: a backend, which may use the HTTP API.
    let isService: Bool
    /// `jti`: the token's own id, by which it can be revoked.
    let tokenID: ExactText?
    /// `exp`
    let expiresAt: Timestamp?
    /// `nbf`
    let notBefore: Timestamp?
    /// `iat`
    let issuedAt: Timestamp?
    /// `rooms`: nil where the token says nothing about rooms, and the configured policy decides.
    let rooms: RoomGrants?

    /// What others see: the name, else the id.
    var username: String { name ?? user.string }
}

/// `iss` and `aud`: compared once, when a token is checked, and not kept.
struct TokenOrigin: Equatable, Sendable {
    let issuer: ExactText?
    let audiences: [ExactText]
}
