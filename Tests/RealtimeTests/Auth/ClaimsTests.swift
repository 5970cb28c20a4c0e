import Testing

@testable import Realtime

@Suite("Claims")
struct ClaimsTests {
    private static let exp = #""exp":\#(Forge.second + 60)"#

    @Test("All claims that are used arrive, and others are not looked at")
    func everything() throws {
        let claims = try Forge.claims(
            #"""
            {"iss":"x","sub":"ada","name":"Ada \u00e9","device_id":"laptop","scope":"service","jti":"t-1",
             "exp":\#(Forge.second + 60),"nbf":\#(Forge.second - 1),"iat":\#(Forge.second - 2),
             "rooms":{"project_*":"rw","news":"r"},"email":{"deep":[1,2,{"x":null}]},"aud":["a","b"]}
            """#)
        #expect(claims.user.string == "ada")
        #expect(claims.name == "Ada é")
        #expect(claims.username == "Ada é")
        #expect(claims.device?.string == "laptop")
        #expect(claims.isService)
        #expect(claims.tokenID == ExactText("t-1"))
        #expect(claims.expiresAt == Timestamp(milliseconds: Int64(Forge.second + 60) * 1000))
        #expect(claims.notBefore == Timestamp(milliseconds: Int64(Forge.second - 1) * 1000))
        #expect(claims.issuedAt == Timestamp(milliseconds: Int64(Forge.second - 2) * 1000))
        #expect(claims.rooms?.grants == [.init("news", .read), .init("project_*", [.read, .write])])
    }

    @Test("What a token does not say is nil, and the username is then the id")
    func nothing() throws {
        let claims = try Forge.claims(Forge.payload)
        #expect(claims.name == nil)
        #expect(claims.username == "ada")
        #expect(claims.device == nil)
        #expect(!claims.isService)
        #expect(claims.tokenID == nil)
        #expect(claims.notBefore == nil)
        #expect(claims.issuedAt == nil)
        #expect(claims.rooms == nil)
    }

    @Test("A subject is 1 to 256 bytes of Unicode without control characters")
    func subject() throws {
        func refusal(_ subject: String) throws -> TokenRefusal? {
            try Forge.refusal(payload: #"{"sub":\#(subject),\#(Self.exp)}"#)
        }
        #expect(try refusal(#""\#(String(repeating: "a", count: 256))""#) == nil)
        #expect(try refusal(#""\#(String(repeating: "é", count: 128))""#) == nil)
        #expect(try refusal(#""Ωλ 用户""#) == nil)
        for bad in [
            #""""#, #""\#(String(repeating: "a", count: 257))""#,
            #""\#(String(repeating: "é", count: 128))a""#,
            #""a\u0000b""#, #""a\nb""#, #""a\u007f""#, #""\u0085""#, "1", "null", "[]", "{}", "true",
        ] {
            #expect(try refusal(bad) == .badSubject, "\(bad)")
        }
    }

    @Test("A name or device of another type or form is refused; null and an empty name are none")
    func nameAndDevice() throws {
        for claim in ["name", "device_id"] {
            for bad in ["1", "[]", "{}", "true", #""a\u0007""#, #""\#(String(repeating: "a", count: 257))""#]
            {
                #expect(
                    try Forge.refusal(payload: #"{"sub":"ada",\#(Self.exp),"\#(claim)":\#(bad)}"#)
                        == .badClaim)
            }
        }
        #expect(try Forge.refusal(payload: #"{"sub":"ada",\#(Self.exp),"device_id":""}"#) == .badClaim)
        let claims = try Forge.claims(#"{"sub":"ada",\#(Self.exp),"name":"","device_id":null}"#)
        #expect(claims.name == nil && claims.device == nil)
        #expect(try Forge.claims(#"{"sub":"ada",\#(Self.exp),"name":null}"#).name == nil)
    }

    @Test(
        "Only the scope that is exactly service makes a backend",
        arguments: [
            #""Service""#, #""service ""#, #""service admin""#, #"["service"]"#, "true", "null", #""""#,
        ])
    func otherScopes(scope: String) throws {
        #expect(try !Forge.claims(#"{"sub":"ada",\#(Self.exp),"scope":\#(scope)}"#).isService)
    }

    @Test("A jti, iss or aud that is no text is refused, also where nobody asks for it")
    func notText() throws {
        for claim in ["jti", "iss", "aud"] {
            for bad in ["1", "null", "{}", "[1]"] {
                #expect(
                    try Forge.refusal(payload: #"{"sub":"ada",\#(Self.exp),"\#(claim)":\#(bad)}"#)
                        == .badClaim)
            }
        }
    }

    // MARK: Times

    @Test("exp is required unless the policy says otherwise")
    func expiryRequired() throws {
        #expect(try Forge.refusal(payload: #"{"sub":"ada"}"#) == .noExpiry)
        #expect(
            try Forge.refusal(payload: #"{"sub":"ada"}"#, policy: TokenPolicy(requiresExpiry: false)) == nil)
    }

    /// The tests take place at 0.678 s after the second.
    @Test("Each time counts to the millisecond, with the leeway on the token's side")
    func leeway() throws {
        let second = Forge.second
        let strict = TokenPolicy(leeway: .zero)
        let cases: [(claims: String, TokenPolicy, TokenRefusal?)] = [
            (#""exp":\#(second - 9)"#, TokenPolicy(), nil),
            (#""exp":\#(second - 10).678"#, TokenPolicy(), .expired),
            (#""exp":\#(second - 10).679"#, TokenPolicy(), nil),
            (#""exp":\#(second - 10)"#, TokenPolicy(), .expired),
            (#""exp":\#(second)"#, strict, .expired),
            (#""exp":\#(second).678"#, strict, .expired),
            (#""exp":\#(second).679"#, strict, nil),
            (#"\#(Self.exp),"nbf":\#(second + 10)"#, TokenPolicy(), nil),
            (#"\#(Self.exp),"nbf":\#(second + 11)"#, TokenPolicy(), .notYetValid),
            (#"\#(Self.exp),"nbf":\#(second + 1)"#, strict, .notYetValid),
            (#"\#(Self.exp),"nbf":\#(second)"#, strict, nil),
            (#"\#(Self.exp),"iat":\#(second + 10)"#, TokenPolicy(), nil),
            (#"\#(Self.exp),"iat":\#(second + 11)"#, TokenPolicy(), .issuedInFuture),
            (#"\#(Self.exp),"iat":\#(second)"#, strict, nil),
        ]
        for (claims, policy, expected) in cases {
            #expect(
                try Forge.refusal(payload: #"{"sub":"ada",\#(claims)}"#, policy: policy) == expected,
                "\(claims)")
        }
    }

    @Test("A time that is no number is refused", arguments: ["exp", "nbf", "iat"])
    func notANumber(claim: String) throws {
        let exp = claim == "exp" ? "" : #","exp":\#(Forge.second + 60)"#
        for bad in [#""1767323999""#, "null", "[]", "true", "1e999"] {
            #expect(
                try Forge.refusal(payload: #"{"sub":"ada"\#(exp),"\#(claim)":\#(bad)}"#) == .badClaim,
                "\(bad)")
        }
    }

    @Test("Times outside the calendar count as its ends")
    func extremes() throws {
        #expect(try Forge.claims(#"{"sub":"ada","exp":1e300}"#).expiresAt == .latest)
        #expect(try Forge.claims(#"{"sub":"ada","exp":9000000000000000000}"#).expiresAt == .latest)
        #expect(try Forge.refusal(payload: #"{"sub":"ada","exp":-1e300}"#) == .expired)
        #expect(try Forge.refusal(payload: #"{"sub":"ada","exp":0}"#) == .expired)
        #expect(try Forge.refusal(payload: #"{"sub":"ada",\#(Self.exp),"nbf":1e300}"#) == .notYetValid)
    }

    // MARK: Rooms

    @Test(
        "A rooms claim of another shape is refused",
        arguments: [
            "null", "[]", #""*""#, "true", #"{"a":"x"}"#, #"{"a":"rwx"}"#, #"{"a":"rr"}"#, #"{"a":"RW"}"#,
            #"{"a":"r w"}"#,
            #"{"a":1}"#, #"{"a":null}"#, #"{"a":["r"]}"#, #"{"a":{"r":true}}"#, #"{"":"r"}"#,
            #"{"a\u0000":"r"}"#,
            #"{"a":"r","b":"q"}"#,
        ])
    func otherRooms(rooms: String) throws {
        #expect(try Forge.refusal(payload: #"{"sub":"ada",\#(Self.exp),"rooms":\#(rooms)}"#) == .badRooms)
    }

    @Test("Letters may stand in any order, and none at all is no right")
    func letters() throws {
        let claims = try Forge.claims(#"{"sub":"ada",\#(Self.exp),"rooms":{"*":"wr","x":"","\u0079":"w"}}"#)
        let grants = try #require(claims.rooms)
        #expect(grants.grants == [.init("*", [.read, .write]), .init("x", []), .init("y", .write)])
    }

    @Test("An empty object is a claim: no rooms at all, whatever the policy for tokens without it")
    func noRooms() throws {
        let claims = try Forge.claims(#"{"sub":"ada",\#(Self.exp),"rooms":{}}"#)
        #expect(claims.rooms?.grants == [])
    }
}
