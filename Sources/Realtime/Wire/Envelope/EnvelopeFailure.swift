/// Why a client's message was refused before anybody acted on it.
///
/// The client sees the code and the sentence. Nothing of the message itself is in either.
struct EnvelopeFailure: Error, Equatable, Sendable {
    /// What is wrong.
    enum Problem: Equatable, Sendable {
        /// The message is not the JSON that it should be.
        case json(JSONError)
        /// A member that has to be there is not.
        case missing
        /// A member has a value of the wrong kind, or one that is not allowed; the words go on after
        /// "must be".
        case mustBe(StaticText)
        /// The envelope says something else than `data` does.
        case contradicts
    }

    let problem: Problem
    /// The member that it is about.
    let field: StaticText?
    /// The client's own id of the message, where one could be read: the answer carries it.
    var messageID: ClientMessageID?

    init(_ problem: Problem, field: StaticText? = nil, messageID: ClientMessageID? = nil) {
        self.problem = problem
        self.field = field
        self.messageID = messageID
    }

    var code: ErrorCode {
        switch problem {
        case .json(let error):
            switch error.reason {
            case .tooLarge, .tooManyMembers, .numberTooLong: .tooLarge
            case .unexpectedEnd, .unexpectedByte, .trailingBytes, .invalidNumber, .invalidLiteral,
                .invalidEscape, .loneSurrogate, .controlCharacter, .invalidUTF8, .duplicateKey, .tooDeep,
                .numberTooLarge, .notAnObject, .notAnArray:
                .malformed
            }
        case .missing, .mustBe, .contradicts: .malformed
        }
    }

    /// What the client is told.
    var sentence: String {
        let name = field.map { "\($0)" } ?? "the message"
        return switch problem {
        case .json(let error): "\(name) is not accepted: \(error)"
        case .missing: "\(name) is missing"
        case .mustBe(let what): "\(name) must be \(what)"
        case .contradicts: "\(name) in data is another than in the envelope"
        }
    }
}

/// Words that stand in the program, not in a message: comparing and keeping them costs nothing.
struct StaticText: ExpressibleByStringLiteral, Sendable {
    let text: StaticString

    init(stringLiteral text: StaticString) {
        self.text = text
    }

    /// The UTF-8, which lives as long as the program.
    var utf8: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }
}

extension StaticText: Equatable, CustomStringConvertible {
    static func == (left: StaticText, right: StaticText) -> Bool {
        left.utf8.elementsEqual(right.utf8)
    }

    var description: String { text.description }
}
