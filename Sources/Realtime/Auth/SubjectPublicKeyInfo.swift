/// Public keys in the form that every library reads (RFC 5280's SubjectPublicKeyInfo in DER), made from the
/// numbers of a JSON Web Key.
enum SubjectPublicKeyInfo {
    /// An RSA key from its modulus and exponent, highest byte first.
    static func rsa(modulus: [UInt8], exponent: [UInt8]) -> [UInt8] {
        let rsaEncryption: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]
        let algorithm = element(.sequence, element(.objectIdentifier, rsaEncryption) + element(.null, []))
        let key = element(.sequence, unsigned(modulus) + unsigned(exponent))
        return element(.sequence, algorithm + element(.bitString, [0] + key))
    }

    /// An EC key from its curve and the coordinates of its point.
    static func ec(_ curve: EllipticCurve, x: [UInt8], y: [UInt8]) -> [UInt8] {
        let ecPublicKey: [UInt8] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01]
        let algorithm = element(
            .sequence,
            element(.objectIdentifier, ecPublicKey) + element(.objectIdentifier, identifier(of: curve)))
        // 4 says that both coordinates follow as they are.
        return element(.sequence, algorithm + element(.bitString, [0, 4] + x + y))
    }

    private static func identifier(of curve: EllipticCurve) -> [UInt8] {
        switch curve {
        case .p256: [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]
        case .p384: [0x2B, 0x81, 0x04, 0x00, 0x22]
        case .p521: [0x2B, 0x81, 0x04, 0x00, 0x23]
        }
    }

    private enum Tag: UInt8 {
        case integer = 0x02
        case bitString = 0x03
        case null = 0x05
        case objectIdentifier = 0x06
        case sequence = 0x30
    }

    private static func element(_ tag: Tag, _ content: [UInt8]) -> [UInt8] {
        [tag.rawValue] + length(content.count) + content
    }

    private static func length(_ count: Int) -> [UInt8] {
        if count < 0x80 { return [UInt8(count)] }
        var rest = count
        var bytes: [UInt8] = []
        while rest > 0 {
            bytes.insert(UInt8(rest & 0xFF), at: 0)
            rest >>= 8
        }
        return [0x80 | UInt8(bytes.count)] + bytes
    }

    /// A whole number that is not negative: without zeros in front, but for one that keeps it from being
    /// read as negative.
    private static func unsigned(_ bytes: [UInt8]) -> [UInt8] {
        let digits = bytes.drop { $0 == 0 }
        guard let first = digits.first else { return element(.integer, [0]) }
        return element(.integer, (first >= 0x80 ? [0] : []) + digits)
    }
}
