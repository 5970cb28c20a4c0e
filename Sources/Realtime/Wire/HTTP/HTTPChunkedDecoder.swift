/// Reads a chunked body byte by byte, except for the data of chunks, which is passed over as a whole.
///
/// Nothing is stored: extensions and trailers are checked, counted and dropped. Only what RFC 9112 allows
/// is taken, since proxies disagree about the rest: no white space around the size, no line feed without
/// its carriage return anywhere.
struct HTTPChunkedDecoder: Sendable {
    /// What was found.
    enum Step: Equatable {
        /// Bytes of the body, as a range of the input.
        case data(Range<Int>)
        case end
    }

    private enum State: UInt8 {
        case size, chunkExtension, sizeLineFeed
        case data, dataCarriageReturn, dataLineFeed
        case trailerStart, trailerName, trailerValue, trailerLineFeed, lastLineFeed
    }

    private var state = State.size
    /// Digits of the size line so far; more than 16 could not say more than 64 bits.
    private var sizeDigits: UInt8 = 0
    /// What is left of the chunk; while the size is read, the size so far.
    private var remaining = 0
    private var bodyBytes = 0
    private var extensionBytes = 0
    private var trailerBytes = 0

    /// The next piece, or nil when more input is needed.
    mutating func next(
        _ input: UnsafeRawBufferPointer, from offset: inout Int, limits: HTTPLimits
    ) throws(HTTPParseFailure) -> Step? {
        while offset < input.count {
            if state == .data {
                let length = min(remaining, input.count - offset)
                remaining -= length
                if remaining == 0 { state = .dataCarriageReturn }
                offset += length
                return .data(offset - length..<offset)
            }
            let byte = input[offset]
            offset += 1
            switch state {
            case .size, .chunkExtension, .sizeLineFeed:
                try takeSizeLine(byte, limits)
            case .dataCarriageReturn:
                guard byte == HTTPGrammar.carriageReturn else { throw .invalidChunkEnd }
                state = .dataLineFeed
            case .dataLineFeed:
                guard byte == HTTPGrammar.lineFeed else { throw .invalidChunkEnd }
                state = .size
            case .lastLineFeed:
                guard byte == HTTPGrammar.lineFeed else { throw .invalidTrailer }
                return .end
            case .trailerStart, .trailerName, .trailerValue, .trailerLineFeed:
                try takeTrailer(byte, limits)
            case .data:
                preconditionFailure("data is taken as a whole above")
            }
        }
        return nil
    }

    private mutating func takeSizeLine(_ byte: UInt8, _ limits: HTTPLimits) throws(HTTPParseFailure) {
        switch state {
        case .size:
            if let digit = HTTPGrammar.hexValue(byte) {
                try takeSizeDigit(Int(digit), limits)
            } else if sizeDigits == 0 {
                throw .invalidChunkSize
            } else if byte == HTTPGrammar.carriageReturn {
                state = .sizeLineFeed
            } else if byte == UInt8(ascii: ";") {
                state = .chunkExtension
            } else {
                throw .invalidChunkSize
            }
        case .chunkExtension:
            extensionBytes += 1
            if extensionBytes > limits.chunkExtensionBytes { throw .chunkExtensionsTooLong }
            if byte == HTTPGrammar.carriageReturn {
                state = .sizeLineFeed
            } else if !HTTPGrammar.isFieldValue(byte) {
                throw .invalidChunkExtension
            }
        default:
            guard byte == HTTPGrammar.lineFeed else { throw .invalidChunkSize }
            bodyBytes += remaining
            sizeDigits = 0
            state = remaining == 0 ? .trailerStart : .data
        }
    }

    /// Refuses a size as soon as its digits say too much, so it can't overflow either.
    private mutating func takeSizeDigit(_ digit: Int, _ limits: HTTPLimits) throws(HTTPParseFailure) {
        if sizeDigits == 16 { throw .invalidChunkSize }
        sizeDigits += 1
        let (sixteenfold, overflow) = remaining.multipliedReportingOverflow(by: 16)
        if overflow || sixteenfold > limits.bodyBytes - bodyBytes - digit { throw .bodyTooLarge }
        remaining = sixteenfold + digit
    }

    private mutating func takeTrailer(_ byte: UInt8, _ limits: HTTPLimits) throws(HTTPParseFailure) {
        if state == .trailerStart, byte == HTTPGrammar.carriageReturn {
            state = .lastLineFeed
            return
        }
        trailerBytes += 1
        if trailerBytes > limits.trailerBytes { throw .trailersTooLarge }
        switch state {
        case .trailerStart:
            guard HTTPGrammar.isToken(byte) else { throw .invalidTrailer }
            state = .trailerName
        case .trailerName:
            if byte == UInt8(ascii: ":") {
                state = .trailerValue
            } else if !HTTPGrammar.isToken(byte) {
                throw .invalidTrailer
            }
        case .trailerValue:
            if byte == HTTPGrammar.carriageReturn {
                state = .trailerLineFeed
            } else if !HTTPGrammar.isFieldValue(byte) {
                throw .invalidTrailer
            }
        default:
            guard byte == HTTPGrammar.lineFeed else { throw .invalidTrailer }
            state = .trailerStart
        }
    }
}
