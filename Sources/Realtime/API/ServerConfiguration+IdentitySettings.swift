// Whose tokens are accepted, and from where: rows of the table in `ServerConfiguration+Settings.swift`.
extension ServerConfiguration {
    private typealias Row = Setting<ServerConfiguration>

    static let identity = SettingGroup<ServerConfiguration>("Identity") {
        Row(
            "jwt-secret-file", \.identity.secretFile, .optional("none", .file),
            "secret that signs tokens, 32 bytes or more; keys are reloaded on SIGHUP")
        Row(
            "jwt-secret", \.identity.secret, .optional("none", .hiddenText),
            "the secret itself", secret: true)
        Row(
            "jwt-secret-algorithm", \.identity.secretAlgorithm, .choice("ALGORITHM"),
            "what the secret signs with")
        Row(
            "jwt-public-key", \.identity.publicKeyFile, .optional("none", .file),
            "public key that tokens are checked with, PEM")
        Row(
            "jwt-public-key-algorithm", \.identity.publicKeyAlgorithm,
            .optional("by-kind", .choice("ALGORITHM")),
            "what the public key's owner signs with")
        Row(
            "jwks", \.identity.keySetFile, .optional("none", .file),
            "JSON Web Key Set: several keys, found by kid")
        Row(
            "jwt-issuer", \.identity.issuer, .optional("unchecked", .text("TEXT")),
            "the only iss that is accepted")
        Row(
            "jwt-audience", \.identity.audience, .optional("unchecked", .text("TEXT")),
            "what aud must name")
        Row(
            "jwt-leeway", \.identity.leeway, .duration(.zero ... .seconds(3600)),
            "how far the issuer's clock may be off")
        Row(
            "jwt-requires-expiry", \.identity.requiresExpiry, .toggle,
            "refuse tokens without exp")
        Row(
            "auth-timeout", \.identity.authenticationTimeout,
            .duration(.milliseconds(100) ... .seconds(600)),
            "time for the first message of a connection that brought no token")
    }

    static let access = SettingGroup<ServerConfiguration>("Access") {
        Row(
            "origins", \.access.origins, .list(of: .origin, none: "same-origin"),
            "pages that may connect, * for any")
        Row(
            "trusted-proxies", \.access.trustedProxies, .list(of: .network, none: "none"),
            "whose X-Forwarded fields are believed")
    }
}
