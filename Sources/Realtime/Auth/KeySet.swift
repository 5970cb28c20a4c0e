/// The keys that tokens are accepted from at one time. It never changes: other keys are another set.
struct KeySet: Sendable {
    /// How many keys are tried for a token that names none. With more keys of one algorithm tokens must
    /// name theirs: trying is the sender's to ask for and ours to pay.
    static let mostTries = 4

    let keys: [VerifyingKey]

    /// A set of one key or more, no two with the same `kid`.
    init(_ keys: [VerifyingKey]) throws(KeyRefusal) {
        guard !keys.isEmpty else { throw .noUsableKey }
        var seen: Set<[UInt8]> = []
        for key in keys {
            if let id = key.id, !seen.insert(Array(id.utf8)).inserted { throw .duplicateKeyID }
        }
        self.keys = keys
    }

    /// Which keys may have signed a token that says this about itself, in the order in which to try them.
    ///
    /// A `kid` is a name to look up and nothing else. Where no key has that name, those that have no name
    /// at all remain, as from a PEM file.
    func candidates(id: String?, algorithm: SigningAlgorithm) throws(TokenRefusal) -> ArraySlice<VerifyingKey>
    {
        var named = keys[...]
        if let id {
            if let key = keys.first(where: { $0.id.map { $0.utf8.elementsEqual(id.utf8) } ?? false }) {
                named = [key]
            } else {
                named = keys.filter { $0.id == nil }[...]
                guard !named.isEmpty else { throw .unknownKey }
            }
        }
        let fitting = named.filter { $0.algorithm == algorithm }
        guard !fitting.isEmpty else { throw .wrongAlgorithm }
        return fitting.prefix(KeySet.mostTries)
    }
}
