/// Why a value of the application could not be written as JSON, and which field is to blame.
struct JSONEncodingFailure: Error, Equatable, Sendable {
    /// What is wrong.
    enum Problem: String, Sendable {
        case notFinite = "is infinite or not a number, which JSON cannot say"
        case tooDeep = "is nested too deep"
        case duplicateKey = "has the same key twice"
        /// One encoder was asked for two containers of different kinds, or for two single values.
        case twoValues = "has more than one value"
        /// A container was used after its value was complete, or by a value that it does not belong to.
        case outOfTurn = "was written to out of turn"
        /// The type's own `encode(to:)` refused.
        case notEncodable = "cannot be encoded"
    }

    let problem: Problem

    /// The field in dotted form, as `JSONFieldPath` writes it; empty for the outermost value.
    let path: String

    /// What the log is told.
    var sentence: String { "\(path.isEmpty ? "the value" : path) \(problem.rawValue)" }
}

// MARK: - From what Codable throws

extension JSONEncodingFailure {
    /// What an encoder threw, when it still says so itself.
    init?(carriedBy error: any Error) {
        guard let error = error as? EncodingError,
            let failure = error.context?.underlyingError as? JSONEncodingFailure
        else { return nil }
        self = failure
    }

    /// What any `encode(to:)` threw.
    ///
    /// - Parameter place: The way to the value that was being encoded, for errors that do not say theirs.
    init(_ error: any Error, at place: [any CodingKey]) {
        if let failure = JSONEncodingFailure(carriedBy: error) {
            self = failure
            return
        }
        var path = (error as? EncodingError)?.context?.codingPath ?? []
        if path.isEmpty { path = place }
        self.init(problem: .notEncodable, path: JSONFieldPath.text(of: path))
    }

    init(_ refusal: JSONEncodedText.Refusal) {
        self.init(problem: refusal.problem, path: JSONFieldPath.text(of: refusal.path))
    }
}

extension EncodingError {
    fileprivate var context: Context? {
        switch self {
        case .invalidValue(_, let context): context
        @unknown default: nil
        }
    }
}
