/// Why a token is not accepted.
///
/// The raw values are stable: they are what logs and metrics say. A client learns none of them.
enum TokenRefusal: String, Error, CaseIterable, Sendable {
    /// More than `CompactToken.longest` bytes.
    case tooLong = "too_long"
    /// Not three parts of canonical base64url.
    case malformed
    /// The header is not an object of strict JSON, or lacks what it must say.
    case badHeader = "bad_header"
    /// The header brings or points to a key, or asks for an extension.
    case forbiddenHeader = "forbidden_header"
    /// The header says that it is another kind of token.
    case wrongType = "wrong_type"
    /// Not an algorithm of ours, or not the one of the key.
    case wrongAlgorithm = "wrong_algorithm"
    /// A `kid` that no key has.
    case unknownKey = "unknown_key"
    case badSignature = "bad_signature"
    /// The payload is not an object of strict JSON.
    case badPayload = "bad_payload"
    /// A claim that is not of the type or form that it must have.
    case badClaim = "bad_claim"
    /// The `rooms` claim is not an object from patterns to rights.
    case badRooms = "bad_rooms"
    /// `sub` is missing, or no id.
    case badSubject = "bad_subject"
    case noExpiry = "no_expiry"
    case expired
    case notYetValid = "not_yet_valid"
    case issuedInFuture = "issued_in_future"
    case wrongIssuer = "wrong_issuer"
    case wrongAudience = "wrong_audience"
    case revoked
    /// Nothing was found wrong: there is no room for the work of checking it now.
    case unavailable

    /// What the client may know: nothing about keys, and nothing that helps to guess.
    var clientMessage: String {
        self == .unavailable ? "The token can't be checked now. Try again." : "The token is not accepted."
    }
}
