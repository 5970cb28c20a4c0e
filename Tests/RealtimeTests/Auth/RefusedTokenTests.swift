import Testing

@testable import Realtime

/// What libjwt by itself would take, or what other libraries are known to have taken, is refused here.
@Suite("Refused tokens")
struct RefusedTokenTests {
    @Test("A token that nothing is wrong with is accepted")
    func good() throws {
        #expect(try Forge.refusal(of: Forge.token()) == nil)
    }

    // MARK: The algorithm

    @Test("HS256 signed with the text of the RSA public key is refused")
    func confusedAlgorithm() throws {
        let verifier = try Forge.verifier(Forge.pair(.rs256).key)
        for pem in [SigningKey.rsa.publicPEM, SigningKey.rsa.publicPEM.dropLast()] {
            let forged = Forge.token(by: .secret(Array(pem)))
            #expect(try Forge.refusal(of: forged, by: verifier) == .wrongAlgorithm)
        }
    }

    @Test("alg none is refused, in any case and with any signature", arguments: ["none", "None", "NONE", ""])
    func none(name: String) throws {
        let header = #"{"alg":"\#(name)","typ":"JWT"}"#
        #expect(try Forge.refusal(header: header) == .wrongAlgorithm)
        let unsigned = Base64URL.encode(header.utf8) + "." + Base64URL.encode(Forge.payload.utf8) + "."
        #expect(try Forge.refusal(of: unsigned) == .malformed)
    }

    @Test("A good token without its signature is refused")
    func unsigned() throws {
        let parts = Forge.token().split(separator: ".")
        #expect(try Forge.refusal(of: parts[0] + "." + parts[1] + ".") == .malformed)
        #expect(try Forge.refusal(of: parts[0] + "." + parts[1]) == .malformed)
    }

    @Test("The name of an algorithm in another case is refused", arguments: ["hs256", "Hs256", "HS256 "])
    func lowerCase(name: String) throws {
        #expect(try Forge.refusal(header: #"{"alg":"\#(name)"}"#) == .wrongAlgorithm)
    }

    @Test("HS384 and HS512 with the key for HS256 are refused", arguments: [HashFunction.sha384, .sha512])
    func longerHash(hash: HashFunction) throws {
        let name = hash == .sha384 ? "HS384" : "HS512"
        let token = Forge.token(header: #"{"alg":"\#(name)"}"#, by: .secret(Forge.secret, hash))
        #expect(try Forge.refusal(of: token) == .wrongAlgorithm)
    }

    @Test(
        "Algorithms that are not ours are refused",
        arguments: ["PS256", "EdDSA", "ES256K", "RSA-OAEP", "dir", "HS1", "RS1"])
    func otherAlgorithms(name: String) throws {
        #expect(try Forge.refusal(header: #"{"alg":"\#(name)"}"#) == .wrongAlgorithm)
    }

    @Test("An alg that is missing or no text is refused")
    func noAlgorithm() throws {
        #expect(try Forge.refusal(header: #"{"typ":"JWT"}"#) == .badHeader)
        #expect(try Forge.refusal(header: #"{"alg":["HS256"]}"#) == .badHeader)
        #expect(try Forge.refusal(header: #"{"alg":null}"#) == .badHeader)
    }

    // MARK: The header

    @Test(
        "A header that brings a key or points to one is refused",
        arguments: ["jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256"])
    func keyInHeader(name: String) throws {
        #expect(try Forge.refusal(header: #"{"alg":"HS256","\#(name)":{}}"#) == .forbiddenHeader)
        // The same name written with an escape.
        let escaped = "\\u00" + String(name.utf8.first!, radix: 16) + name.dropFirst()
        #expect(try Forge.refusal(header: #"{"alg":"HS256","\#(escaped)":""}"#) == .forbiddenHeader)
    }

    @Test(
        "A header with crit is refused, whatever it asks for",
        arguments: [#"["exp"]"#, #"["x"]"#, "[]", "null"])
    func critical(value: String) throws {
        #expect(try Forge.refusal(header: #"{"alg":"HS256","crit":\#(value)}"#) == .forbiddenHeader)
    }

    @Test("A header with b64 is refused: the payload is always encoded")
    func unencodedPayload() throws {
        #expect(try Forge.refusal(header: #"{"alg":"HS256","b64":false}"#) == .forbiddenHeader)
        #expect(try Forge.refusal(header: #"{"alg":"HS256","b64":true}"#) == .forbiddenHeader)
    }

    @Test("A name that comes twice in the header is refused")
    func duplicateInHeader() throws {
        #expect(try Forge.refusal(header: #"{"alg":"none","alg":"HS256"}"#) == .badHeader)
        #expect(try Forge.refusal(header: #"{"alg":"HS256","x":1,"x":2}"#) == .badHeader)
        #expect(try Forge.refusal(header: #"{"alg":"HS256","\u0061lg":"HS256"}"#) == .badHeader)
    }

    @Test(
        "A header that is not one object of strict JSON is refused",
        arguments: [
            "", "{", "[]", #""HS256""#, "null", #"{"alg":"HS256"} x"#, #"{'alg':'HS256'}"#,
            #"{"alg":"HS256",}"#,
        ])
    func badHeader(header: String) throws {
        // An empty part is no part at all.
        #expect(try Forge.refusal(header: header) == (header.isEmpty ? .malformed : .badHeader))
    }

    @Test(
        "The types JWT and at+jwt are accepted in any case, and no type",
        arguments: ["JWT", "jwt", "at+jwt", "AT+JWT"])
    func types(type: String) throws {
        #expect(try Forge.refusal(header: #"{"alg":"HS256","typ":"\#(type)"}"#) == nil)
        #expect(try Forge.refusal(header: #"{"alg":"HS256"}"#) == nil)
    }

    @Test(
        "Other types of token are refused",
        arguments: ["JWE", "JOSE", "logout+jwt", "dpop+jwt", "secevent+jwt", ""])
    func otherTypes(type: String) throws {
        #expect(try Forge.refusal(header: #"{"alg":"HS256","typ":"\#(type)"}"#) == .wrongType)
    }

    @Test("A typ or kid that is no text is refused", arguments: ["1", "null", "[]", "{}"])
    func notText(value: String) throws {
        #expect(try Forge.refusal(header: #"{"alg":"HS256","typ":\#(value)}"#) == .badHeader)
        #expect(try Forge.refusal(header: #"{"alg":"HS256","kid":\#(value)}"#) == .badHeader)
    }

    // MARK: The form

    @Test("More than 8 KiB is refused, and 8 KiB are accepted")
    func size() throws {
        func token(padding: Int) -> String {
            Forge.token(
                payload: Forge.payload.dropLast() + #","x":"\#(String(repeating: "x", count: padding))"}"#)
        }
        let fits = (6000...6200).last { token(padding: $0).utf8.count <= 8192 }
        let largest = try #require(fits)
        #expect(token(padding: largest).utf8.count > 8190)
        #expect(try Forge.refusal(of: token(padding: largest)) == nil)
        #expect(try Forge.refusal(of: token(padding: largest + 2)) == .tooLong)
        #expect(try Forge.refusal(of: token(padding: 1 << 20)) == .tooLong)
    }

    @Test(
        "Anything but three parts that are not empty is refused",
        arguments: ["", ".", "..", "...", "a", "a.b", "a.b.c.d", ".e30.e30", "e30..e30", "e30.e30."])
    func parts(token: String) throws {
        #expect(try Forge.refusal(of: token) == .malformed)
    }

    @Test("A token with something before, behind or inside it is refused")
    func junk() throws {
        let token = Forge.token()
        let parts = token.split(separator: ".").map(String.init)
        let forged = [
            " " + token, token + " ", token + "\n", token + ".", token + "=", "Bearer " + token,
            // Characters that are no digits, which lax decoders skip.
            parts[0] + "." + parts[1].prefix(8) + "!" + parts[1].dropFirst(8) + "." + parts[2],
            parts[0] + "." + parts[1].prefix(8) + "\n" + parts[1].dropFirst(8) + "." + parts[2],
            parts[0] + "." + parts[1] + "==." + parts[2],
            parts[0] + "." + parts[1] + "." + parts[2] + "\0",
        ]
        for token in forged {
            #expect(try Forge.refusal(of: token) == .malformed, "\(token.debugDescription)")
        }
    }

    @Test("A part signed in another alphabet, with padding, or with bits left over is refused")
    func notCanonical() throws {
        let header = Base64URL.encode(#"{"alg":"HS256"}"#.utf8)
        // 0xFB 0xFF are written with both of the characters in which the alphabets differ.
        #expect(try Forge.refusal(of: Forge.signed(header + ".+/8")) == .malformed)
        #expect(try Forge.refusal(of: Forge.signed(header + ".e30=")) == .malformed)
        #expect(try Forge.refusal(of: Forge.signed(header + ".e31")) == .malformed)
        #expect(try Forge.refusal(of: Forge.signed(header + ".e")) == .malformed)
    }

    @Test("The same signature with other unused bits is refused")
    func malleableSignature() throws {
        let token = Forge.token()
        // 32 bytes leave four bits of the last digit, of which two are unused.
        let last = try #require(token.utf8.last)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        let digit = try #require(alphabet.firstIndex(of: last))
        for other in 1...3 {
            let changed = String(decoding: [alphabet[digit ^ other]], as: UTF8.self)
            #expect(try Forge.refusal(of: token.dropLast() + changed) == .malformed)
        }
    }

    // MARK: The signature

    @Test("A signature by another key is refused")
    func otherKey() throws {
        #expect(try Forge.refusal(of: Forge.token(by: .secret(Forge.otherSecret))) == .badSignature)
        let rsa = Forge.token(header: #"{"alg":"RS256"}"#, by: .rsa(.otherRSA))
        #expect(try Forge.refusal(of: rsa, by: Forge.verifier(Forge.pair(.rs256).key)) == .badSignature)
        let ec = Forge.token(header: #"{"alg":"ES256"}"#, by: .ec(.otherP256, .p256))
        #expect(try Forge.refusal(of: ec, by: Forge.verifier(Forge.pair(.es256).key)) == .badSignature)
    }

    @Test(
        "A signature that is cut short, too long, or all zeros is refused",
        arguments: [SigningAlgorithm.hs256, .rs256, .es256])
    func brokenSignature(algorithm: SigningAlgorithm) throws {
        let (key, signer) = try Forge.pair(algorithm)
        let verifier = try Forge.verifier(key)
        for type in ["JWT", "at+jwt"] {
            let header = #"{"alg":"\#(algorithm.rawValue)","typ":"\#(type)"}"#
            let message = Base64URL.encode(header.utf8) + "." + Base64URL.encode(Forge.payload.utf8)
            let good = signer.signature(of: Array(message.utf8))
            let zeros = [UInt8](repeating: 0, count: good.count)
            for broken in [
                Array(good.dropLast()), Array(good.dropFirst()), good + [0], [0] + good, zeros, [0],
            ] {
                #expect(
                    try Forge.refusal(of: Forge.signed(message, by: .bytes(broken)), by: verifier)
                        == .badSignature)
            }
        }
    }

    @Test("An EC signature in DER is refused: tokens have the two numbers side by side")
    func derSignature() throws {
        let header = Base64URL.encode(#"{"alg":"ES256"}"#.utf8)
        let message = header + "." + Base64URL.encode(Forge.payload.utf8)
        let der = SigningKey.p256.signature(of: Array(message.utf8), with: .sha256)
        let token = Forge.signed(message, by: .bytes(der))
        #expect(try Forge.refusal(of: token, by: Forge.verifier(Forge.pair(.es256).key)) == .badSignature)
    }

    // MARK: The payload

    @Test(
        "A payload that is not one object of strict JSON is refused",
        arguments: [
            "[]", #"["sub","ada"]"#, "1", "null", #""ada""#, "{", "{}{}", #"{"sub":"ada",}"#,
            "{\"sub\":\"a\u{1}\"}",
            #"{"sub":"\ud800"}"#, #"{"sub":01}"#,
        ])
    func badPayload(payload: String) throws {
        #expect(try Forge.refusal(payload: payload) == .badPayload)
    }

    @Test("A payload that is not UTF-8 is refused")
    func notUTF8() throws {
        let payload = Base64URL.encode([UInt8](#"{"sub":""#.utf8) + [0xC3, 0x28] + [UInt8](#""}"#.utf8))
        let token = Forge.signed(Base64URL.encode(#"{"alg":"HS256"}"#.utf8) + "." + payload)
        #expect(try Forge.refusal(of: token) == .badPayload)
    }

    @Test("A claim that comes twice is refused, also deep inside and with an escape")
    func duplicateClaims() throws {
        let exp = #""exp":\#(Forge.second + 60)"#
        for payload in [
            #"{"sub":"ada","sub":"eve",\#(exp)}"#, #"{"sub":"ada",\#(exp),\#(exp)}"#,
            #"{"sub":"ada","s\u0075b":"eve",\#(exp)}"#, #"{"sub":"ada",\#(exp),"x":{"y":1,"y":2}}"#,
        ] {
            #expect(try Forge.refusal(payload: payload) == .badPayload)
        }
    }

    @Test("A payload nested too deep is refused before libjwt sees it")
    func deepPayload() throws {
        let nested = String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)
        #expect(try Forge.refusal(payload: #"{"sub":"ada","x":\#(nested)}"#) == .badPayload)
    }

    // MARK: The words

    @Test("A client is told the same whatever was wrong, and an operator what it was")
    func words() {
        let told = Set(TokenRefusal.allCases.filter { $0 != .unavailable }.map(\.clientMessage))
        #expect(told == ["The token is not accepted."])
        #expect(TokenRefusal.allCases.allSatisfy { $0.rawValue.allSatisfy { $0.isLowercase || $0 == "_" } })
    }
}
