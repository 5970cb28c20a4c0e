/// Reads the payload of a token: one object of strict JSON, no name twice, every claim that is used of the
/// type that it must have. Other claims may be there and are not looked at.
struct ClaimsReader {
    /// The claims that are used, where they stand.
    private struct Members {
        var sub: JSONSlice?
        var name: JSONSlice?
        var deviceID: JSONSlice?
        var scope: JSONSlice?
        var jti: JSONSlice?
        var exp: JSONSlice?
        var nbf: JSONSlice?
        var iat: JSONSlice?
        var iss: JSONSlice?
        var aud: JSONSlice?
        var rooms: JSONSlice?

        mutating func take(_ member: JSONScanner.Member, in json: UnsafeRawBufferPointer) {
            let key = member.key
            if key.equals("sub", in: json) {
                sub = member.value
            } else if key.equals("name", in: json) {
                name = member.value
            } else if key.equals("device_id", in: json) {
                deviceID = member.value
            } else if key.equals("scope", in: json) {
                scope = member.value
            } else if key.equals("jti", in: json) {
                jti = member.value
            } else if key.equals("exp", in: json) {
                exp = member.value
            } else if key.equals("nbf", in: json) {
                nbf = member.value
            } else if key.equals("iat", in: json) {
                iat = member.value
            } else if key.equals("iss", in: json) {
                iss = member.value
            } else if key.equals("aud", in: json) {
                aud = member.value
            } else if key.equals("rooms", in: json) {
                rooms = member.value
            }
        }
    }

    let claims: Claims
    let origin: TokenOrigin

    init(_ payload: [UInt8]) throws(TokenRefusal) {
        // `withUnsafeBytes` forgets the error's type, so the outcome comes out as a value.
        self = try payload.withUnsafeBytes { payload in
            Result { () throws(TokenRefusal) in try ClaimsReader(reading: payload) }
        }.get()
    }

    private init(reading json: UnsafeRawBufferPointer) throws(TokenRefusal) {
        var members = Members()
        do throws(JSONError) {
            var scanner = JSONScanner(json)
            try scanner.enterObject()
            while let member = try scanner.nextMember() { members.take(member, in: json) }
        } catch {
            throw .badPayload
        }
        let reader = ClaimReader(json: json)
        guard let sub = members.sub, let user = UserID(sub, in: json) else { throw .badSubject }
        claims = Claims(
            user: user,
            name: try reader.name(members.name),
            device: try reader.device(members.deviceID),
            isService: members.scope?.equals("service", in: json) ?? false,
            tokenID: try reader.text(members.jti),
            expiresAt: try reader.time(members.exp),
            notBefore: try reader.time(members.nbf),
            issuedAt: try reader.time(members.iat),
            rooms: try reader.rooms(members.rooms))
        origin = TokenOrigin(
            issuer: try reader.text(members.iss), audiences: try reader.audiences(members.aud))
    }
}

/// Reads single claims. An absent one is nil; one of another type or form refuses the token.
private struct ClaimReader {
    let json: UnsafeRawBufferPointer

    func text(_ claim: JSONSlice?) throws(TokenRefusal) -> ExactText? {
        guard let claim else { return nil }
        guard let text = claim.string(in: json) else { throw .badClaim }
        return ExactText(text)
    }

    /// `null` and an empty name say that there is none, as issuers write it that have no field to leave out.
    func name(_ claim: JSONSlice?) throws(TokenRefusal) -> String? {
        guard let claim, !claim.isNull else { return nil }
        guard let name = claim.string(in: json) else { throw .badClaim }
        guard !name.isEmpty else { return nil }
        guard IdentifierGrammar.accepts(claim, in: json) else { throw .badClaim }
        return name
    }

    /// `null` is no device, as the `connect` message writes it.
    func device(_ claim: JSONSlice?) throws(TokenRefusal) -> DeviceID? {
        guard let claim, !claim.isNull else { return nil }
        guard let device = DeviceID(claim, in: json) else { throw .badClaim }
        return device
    }

    /// Seconds since 1970, with a fraction or without. What lies outside the calendar counts as its ends.
    func time(_ claim: JSONSlice?) throws(TokenRefusal) -> Timestamp? {
        guard let claim else { return nil }
        guard let seconds = claim.double(in: json) else { throw .badClaim }
        let earliest = Double(Timestamp.earliest.milliseconds)
        let latest = Double(Timestamp.latest.milliseconds)
        return Timestamp(milliseconds: Int64(min(max(seconds * 1000, earliest), latest)))
    }

    /// One audience, or a list of them.
    func audiences(_ claim: JSONSlice?) throws(TokenRefusal) -> [ExactText] {
        guard let claim else { return [] }
        guard claim.kind == .array else { return try text(claim).map { [$0] } ?? [] }
        let list = claim.bytes(in: json)
        var elements: [JSONSlice] = []
        do throws(JSONError) {
            var scanner = JSONScanner(list, isUTF8: true)
            try scanner.enterArray()
            while let element = try scanner.nextElement() { elements.append(element) }
        } catch {
            throw .badClaim
        }
        return try elements.map { element throws(TokenRefusal) in
            guard let audience = element.string(in: list) else { throw .badClaim }
            return ExactText(audience)
        }
    }

    func rooms(_ claim: JSONSlice?) throws(TokenRefusal) -> RoomGrants? {
        guard let claim else { return nil }
        guard let grants = RoomGrants(claim: claim, in: json) else { throw .badRooms }
        return grants
    }
}

extension RoomGrants {
    /// Reads a `rooms` claim: an object from ids and prefixes to letters. Nil for any other shape.
    init?(claim: JSONSlice, in json: UnsafeRawBufferPointer) {
        guard claim.kind == .object else { return nil }
        let object = claim.bytes(in: json)
        var grants: [Grant] = []
        do {
            var scanner = JSONScanner(object, isUTF8: true)
            try scanner.enterObject()
            while let member = try scanner.nextMember() {
                guard let pattern = member.key.string(in: object),
                    let letters = member.value.string(in: object),
                    let rights = RoomRights(letters: letters)
                else { return nil }
                grants.append(Grant(pattern, rights))
            }
            try self.init(grants)
        } catch {
            return nil
        }
    }
}
