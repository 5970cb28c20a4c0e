/// Why a JSON text is not the value that was asked for, and which field is to blame.
///
/// A client may be told the sentence. It has names of fields and nothing of their values.
struct JSONDecodingFailure: Error, Equatable, Sendable {
    /// What is wrong.
    enum Problem: Equatable, Sendable {
        /// The text is not JSON, or more than is looked at.
        case json(JSONError)
        /// A member or an element that has to be there is not.
        case missing
        /// A value of the wrong kind, or out of range.
        case mustBe(JSONExpectation)
        /// The type that was asked for refused the value.
        case notAccepted
    }

    let problem: Problem

    /// The field in dotted form, as `JSONFieldPath` writes it; empty for the outermost value.
    let path: String

    /// What the client is told, where the outermost value has no name.
    var sentence: String { sentence(of: "the value") }

    /// What the client is told.
    ///
    /// - Parameter whole: What the outermost value is called.
    func sentence(of whole: String) -> String {
        let name = path.isEmpty ? whole : path
        return switch problem {
        case .json(let error): "\(name) is not accepted: \(error)"
        case .missing: "\(name) is missing"
        case .mustBe(let expectation): "\(name) must be \(expectation)"
        case .notAccepted: "\(name) is not accepted"
        }
    }
}

/// What a value has to be.
enum JSONExpectation: Equatable, Sendable, CustomStringConvertible {
    case string, bool, number, object, array
    /// Written without fraction and exponent.
    case wholeNumber
    case wholeNumberNotNegative
    case wholeNumberWithin(ClosedRange<Int>)

    var description: String {
        switch self {
        case .string: "a string"
        case .bool: "true or false"
        case .number: "a number"
        case .object: "an object"
        case .array: "an array"
        case .wholeNumber: "a whole number"
        case .wholeNumberNotNegative: "a whole number that is not negative"
        case .wholeNumberWithin(let range):
            "a whole number from \(range.lowerBound) to \(range.upperBound)"
        }
    }

    /// What a value has to be to become one of this type; nil for types that are not JSON's own.
    init?(_ type: any Any.Type) {
        guard let primitive = type as? any JSONPrimitive.Type else { return nil }
        self = primitive.expectation
    }
}

// MARK: - From what Codable throws

extension JSONDecodingFailure {
    /// What a decoder threw, when it still says so itself.
    init?(carriedBy error: any Error) {
        guard let error = error as? DecodingError,
            let failure = error.context?.underlyingError as? JSONDecodingFailure
        else { return nil }
        self = failure
    }

    /// What any `init(from:)` threw.
    ///
    /// - Parameter place: The way to the value that was being decoded, for errors that do not say theirs.
    init(_ error: any Error, at place: [any CodingKey]) {
        if let failure = JSONDecodingFailure(carriedBy: error) {
            self = failure
            return
        }
        let decoding = error as? DecodingError
        var path = decoding?.context?.codingPath ?? []
        if path.isEmpty { path = place }
        switch decoding {
        case .keyNotFound(let key, _):
            problem = .missing
            path.append(key)
        case .valueNotFound(let type, _), .typeMismatch(let type, _):
            problem = JSONExpectation(type).map { .mustBe($0) } ?? .notAccepted
        case .dataCorrupted, nil:
            problem = .notAccepted
        @unknown default:
            problem = .notAccepted
        }
        self.path = JSONFieldPath.text(of: path)
    }
}

extension DecodingError {
    fileprivate var context: Context? {
        switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
            .dataCorrupted(let context):
            context
        @unknown default:
            nil
        }
    }
}
