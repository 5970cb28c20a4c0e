/// The rule that a peer broke, after which nothing more of what it sends is read.
enum WebSocketFailure: Error, Equatable {
    case reservedBits
    case reservedOpcode
    case fragmentedControlFrame
    case controlFrameTooLong
    case unmaskedFrame
    case maskedFrame
    case lengthNotMinimal
    case lengthTooLarge
    case nothingToContinue
    case messageInterrupted
    case invalidClosePayload
    case invalidCloseCode
    case invalidCloseReason
    case invalidText
    case invalidCompression
    case messageTooBig

    /// What the Close frame that answers it says.
    var closeCode: WebSocketCloseCode {
        switch self {
        case .reservedBits, .reservedOpcode, .fragmentedControlFrame, .controlFrameTooLong, .unmaskedFrame,
            .maskedFrame, .lengthNotMinimal, .lengthTooLarge, .nothingToContinue, .messageInterrupted,
            .invalidClosePayload, .invalidCloseCode:
            .protocolError
        case .invalidCloseReason, .invalidText, .invalidCompression:
            .invalidPayload
        case .messageTooBig:
            .messageTooBig
        }
    }

    /// One plain phrase for the peer and the log.
    var reason: StaticString {
        switch self {
        case .reservedBits: "reserved bit set"
        case .reservedOpcode: "reserved opcode"
        case .fragmentedControlFrame: "fragmented control frame"
        case .controlFrameTooLong: "control frame longer than 125 bytes"
        case .unmaskedFrame: "frame from client not masked"
        case .maskedFrame: "frame from server masked"
        case .lengthNotMinimal: "length not in its shortest form"
        case .lengthTooLarge: "length has its top bit set"
        case .nothingToContinue: "continuation without a message"
        case .messageInterrupted: "new message inside a fragmented one"
        case .invalidClosePayload: "close payload of one byte"
        case .invalidCloseCode: "invalid close code"
        case .invalidCloseReason: "close reason not UTF-8"
        case .invalidText: "text not UTF-8"
        case .invalidCompression: "compressed data broken"
        case .messageTooBig: "message too big"
        }
    }
}
