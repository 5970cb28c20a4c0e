import Testing

@testable import Realtime

/// A good token, changed everywhere and cut everywhere: nothing of that is a good token.
@Suite("Changed tokens")
struct TokenMutationTests {
    private func token(_ algorithm: SigningAlgorithm, type: String) throws -> (token: [UInt8], TokenVerifier)
    {
        let (key, signer) = try Forge.pair(algorithm)
        let header = #"{"alg":"\#(algorithm.rawValue)","typ":"\#(type)"}"#
        return (Array(Forge.token(header: header, by: signer).utf8), try Forge.verifier(key))
    }

    private func isAccepted(_ token: [UInt8], by verifier: TokenVerifier) -> Bool {
        token.withUnsafeBytes { token in
            (try? verifier.examine(token, at: Forge.now).checkSignature()) != nil
        }
    }

    @Test("Every byte changed to every other is refused, for HS256")
    func everyByte() throws {
        for type in ["JWT", "at+jwt"] {
            let (token, verifier) = try token(.hs256, type: type)
            #expect(isAccepted(token, by: verifier))
            var accepted = 0
            for place in token.indices {
                for value in UInt8.min...UInt8.max where value != token[place] {
                    var changed = token
                    changed[place] = value
                    if isAccepted(changed, by: verifier) { accepted += 1 }
                }
            }
            #expect(accepted == 0)
        }
    }

    @Test(
        "Every byte changed to another digit is refused, for public keys",
        arguments: [SigningAlgorithm.rs256, .es256])
    func publicKeys(algorithm: SigningAlgorithm) throws {
        for type in ["JWT", "at+jwt"] {
            let (token, verifier) = try token(algorithm, type: type)
            #expect(isAccepted(token, by: verifier))
            var accepted = 0
            for place in token.indices {
                for value in Array("A9-.".utf8) where value != token[place] {
                    var changed = token
                    changed[place] = value
                    if isAccepted(changed, by: verifier) { accepted += 1 }
                }
            }
            #expect(accepted == 0)
        }
    }

    @Test("Cut short at every place, begun late at every place, one byte taken out or put in: refused")
    func cut() throws {
        let (token, verifier) = try token(.hs256, type: "JWT")
        var accepted = 0
        for place in token.indices {
            var shorter = token
            shorter.remove(at: place)
            var candidates = [Array(token[..<place]), Array(token[(place + 1)...]), shorter]
            for byte in Array("A.=\0".utf8) {
                var longer = token
                longer.insert(byte, at: place)
                candidates.append(longer)
            }
            accepted += candidates.count { isAccepted($0, by: verifier) }
        }
        #expect(accepted == 0)
    }

    @Test("Random changes of several bytes, from a seed, are refused and do not crash")
    func random() throws {
        var generator = SeededGenerator(seed: 8725)
        let (token, verifier) = try token(.hs256, type: "JWT")
        for _ in 0..<20_000 {
            var changed = token
            for _ in 0..<Int.random(in: 1...5, using: &generator) {
                let place = changed.indices.randomElement(using: &generator) ?? 0
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: changed[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: changed.remove(at: place)
                default: changed.insert(UInt8.random(in: 32...126, using: &generator), at: place)
                }
            }
            if changed != token { #expect(!isAccepted(changed, by: verifier)) }
        }
    }
}
