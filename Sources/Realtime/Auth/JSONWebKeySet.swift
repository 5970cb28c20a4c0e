/// The keys of a JWKS file (RFC 7517) and what was left out of it.
struct JSONWebKeySet: Sendable {
    /// A key that was not taken, counted from 0, and why.
    struct Skipped: Equatable, Sendable {
        enum Reason: Equatable, Sendable {
            case unknownKind
            case unknownAlgorithm
            case notForSignatures
        }

        let key: Int
        let reason: Reason
    }

    let keys: [VerifyingKey]
    let skipped: [Skipped]

    /// Whether a key came with its private half, which does not belong into such a file.
    let holdsPrivateKeys: Bool

    /// Reads the file. A key of a kind that is not used here is left out; one that is broken, or weak,
    /// refuses the file.
    init(_ file: [UInt8]) throws(KeyRefusal) {
        let tree: JSONValue
        do {
            tree = try JSONValue.parse(file, limits: JSONLimits(depth: 16, bytes: 1 << 20))
        } catch {
            throw .notAKeySet(error)
        }
        guard let list = tree["keys"]?.array else { throw .noKeyList }
        var keys: [VerifyingKey] = []
        var skipped: [Skipped] = []
        var holdsPrivateKeys = false
        for (index, entry) in list.enumerated() {
            guard entry.object != nil else { throw .noKeyList }
            let reader = JSONWebKey(entry: entry, index: index)
            switch try reader.read() {
            case .key(let key): keys.append(key)
            case .skipped(let reason): skipped.append(Skipped(key: index, reason: reason))
            }
            if reader.isPrivate { holdsPrivateKeys = true }
        }
        // Finds two of the same name, and a file that is of no use.
        self.keys = try KeySet(keys).keys
        self.skipped = skipped
        self.holdsPrivateKeys = holdsPrivateKeys
    }
}

extension JSONWebKeySet.Skipped: CustomStringConvertible {
    var description: String {
        switch reason {
        case .unknownKind:
            "key \(key) is left out: it is neither RSA, nor EC on P-256, P-384 or P-521, nor oct"
        case .unknownAlgorithm:
            "key \(key) is left out: its algorithm is not HS, RS or ES with 256, 384 or 512"
        case .notForSignatures: "key \(key) is left out: it is not for checking signatures"
        }
    }
}

/// One key of the file.
private struct JSONWebKey {
    enum Outcome {
        case key(VerifyingKey)
        case skipped(JSONWebKeySet.Skipped.Reason)
    }

    let entry: JSONValue
    let index: Int

    /// `d` is the private half of an RSA and of an EC key.
    var isPrivate: Bool { entry["kty"]?.string != "oct" && entry["d"] != nil }

    func read() throws(KeyRefusal) -> Outcome {
        guard let kind = try text("kty") else { throw .badMember(key: index, member: "kty") }
        guard try isForVerifying() else { return .skipped(.notForSignatures) }
        let name = try text("alg")
        let algorithm = name.flatMap { SigningAlgorithm(rawValue: $0) }
        let id = try text("kid")
        let family: SigningAlgorithm.Family
        switch kind {
        case "RSA": family = .rsa
        case "EC":
            guard let curve = try text("crv") else { throw .badMember(key: index, member: "crv") }
            guard EllipticCurve(rawValue: curve) != nil else { return .skipped(.unknownKind) }
            family = .ec
        case "oct": family = .hmac
        default: return .skipped(.unknownKind)
        }
        guard name == nil || algorithm != nil else { return .skipped(.unknownAlgorithm) }
        do throws(KeyRefusal) {
            switch family {
            case .hmac:
                let secret = try Secret(bytes("k"))
                return .key(try VerifyingKey(secret: secret, algorithm: algorithm ?? .hs256, id: id))
            case .rsa, .ec:
                let key = try PublicKey(der: encoded(family))
                return .key(try VerifyingKey(publicKey: key, algorithm: algorithm, id: id))
            }
        } catch .badMember(let key, let member) {
            throw .badMember(key: key, member: member)
        } catch {
            throw .inKeySet(key: index, error)
        }
    }

    private func encoded(_ family: SigningAlgorithm.Family) throws(KeyRefusal) -> [UInt8] {
        guard family == .ec, let curve = try text("crv").flatMap({ EllipticCurve(rawValue: $0) }) else {
            return SubjectPublicKeyInfo.rsa(modulus: try bytes("n"), exponent: try bytes("e"))
        }
        return SubjectPublicKeyInfo.ec(
            curve, x: try bytes("x", count: curve.coordinateSize),
            y: try bytes("y", count: curve.coordinateSize))
    }

    /// `use` and `key_ops` say what a key is for; without them it is for anything.
    private func isForVerifying() throws(KeyRefusal) -> Bool {
        if let use = try text("use"), use != "sig" { return false }
        guard let operations = entry["key_ops"] else { return true }
        guard let list = operations.array else { throw .badMember(key: index, member: "key_ops") }
        return list.contains { $0.string == "verify" }
    }

    /// A member that is a string where it is there at all.
    private func text(_ member: String) throws(KeyRefusal) -> String? {
        guard let value = entry[member] else { return nil }
        guard let text = value.string else { throw .badMember(key: index, member: member) }
        return text
    }

    /// A member that is base64url, and of the size asked for.
    private func bytes(_ member: String, count: Int? = nil) throws(KeyRefusal) -> [UInt8] {
        guard let text = try text(member), let bytes = Base64URL.decode(text), !bytes.isEmpty,
            count == nil || bytes.count == count
        else { throw .badMember(key: index, member: member) }
        return bytes
    }
}
