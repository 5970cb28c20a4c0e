/// What a token says about itself. All of it is only looked up or compared, never acted on.
struct TokenHeader: Equatable, Sendable {
    /// The types of token that are taken.
    enum TokenType: Sendable {
        /// `JWT`, or nothing said.
        case jwt
        /// `at+jwt`: an OAuth access token (RFC 9068).
        case accessToken
    }

    let algorithm: SigningAlgorithm
    let keyID: String?
    let type: TokenType

    /// Reads a header: one object of strict JSON, no name twice.
    init(_ json: [UInt8]) throws(TokenRefusal) {
        // `withUnsafeBytes` forgets the error's type, so the outcome comes out as a value.
        self = try json.withUnsafeBytes { json in
            Result { () throws(TokenRefusal) in try TokenHeader(reading: json) }
        }.get()
    }

    private init(reading json: UnsafeRawBufferPointer) throws(TokenRefusal) {
        var algorithmName: JSONSlice?
        var id: JSONSlice?
        var typeName: JSONSlice?
        var isForbidden = false
        do throws(JSONError) {
            var scanner = JSONScanner(json, limits: JSONLimits(depth: 8, members: 64))
            try scanner.enterObject()
            while let member = try scanner.nextMember() {
                let name = member.key.string(in: json) ?? ""
                switch name {
                case "alg": algorithmName = member.value
                case "kid": id = member.value
                case "typ": typeName = member.value
                default: isForbidden = isForbidden || TokenHeader.isForbidden(name)
                }
            }
        } catch {
            throw .badHeader
        }
        guard !isForbidden else { throw .forbiddenHeader }
        guard let name = algorithmName?.string(in: json) else { throw .badHeader }
        // Exactly as registered: what differs in case only is another name, and `none` is none of ours.
        guard let algorithm = SigningAlgorithm(rawValue: name) else { throw .wrongAlgorithm }
        self.algorithm = algorithm
        keyID = try id.map { slice throws(TokenRefusal) in try TokenHeader.text(slice, in: json) }
        type =
            try typeName.map { slice throws(TokenRefusal) in
                try TokenHeader.type(TokenHeader.text(slice, in: json))
            } ?? .jwt
    }

    /// Parameters that bring a key along, say where to fetch one, or change what the signature is about.
    private static func isForbidden(_ name: String) -> Bool {
        switch name {
        case "jwk", "jku", "crit", "b64": true
        default: name.hasPrefix("x5")
        }
    }

    private static func type(_ name: String) throws(TokenRefusal) -> TokenType {
        switch name.lowercased() {
        case "jwt": .jwt
        case "at+jwt": .accessToken
        default: throw .wrongType
        }
    }

    private static func text(
        _ value: JSONSlice, in json: UnsafeRawBufferPointer
    ) throws(TokenRefusal) -> String {
        guard let text = value.string(in: json) else { throw .badHeader }
        return text
    }
}
