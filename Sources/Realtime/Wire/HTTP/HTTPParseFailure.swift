/// Why a request could not be read. The connection is answered once and closed: after any of these nobody
/// can say where the next request would begin.
///
/// The raw value is the reason's stable name for logs and metrics.
enum HTTPParseFailure: String, Error, CaseIterable, Sendable {
    // The request line
    case tooManyEmptyLines = "too_many_empty_lines"
    case malformedRequestLine = "malformed_request_line"
    case invalidMethod = "invalid_method"
    case invalidTarget = "invalid_target"
    case malformedVersion = "malformed_version"
    case unsupportedVersion = "unsupported_version"
    case connectNotSupported = "connect_not_supported"
    case requestLineTooLong = "request_line_too_long"

    // Field lines
    case bareLineFeed = "bare_line_feed"
    case foldedField = "folded_field"
    case whitespaceBeforeColon = "whitespace_before_colon"
    case invalidFieldName = "invalid_field_name"
    case invalidFieldValue = "invalid_field_value"
    case fieldsTooLarge = "fields_too_large"
    case tooManyFields = "too_many_fields"

    // What the fields say
    case missingHost = "missing_host"
    case repeatedHost = "repeated_host"
    case invalidHost = "invalid_host"
    case invalidContentLength = "invalid_content_length"
    case repeatedContentLength = "repeated_content_length"
    case contentLengthWithTransferEncoding = "content_length_with_transfer_encoding"
    case transferEncodingInOldVersion = "transfer_encoding_in_old_version"
    case malformedTransferEncoding = "malformed_transfer_encoding"
    case unsupportedTransferEncoding = "unsupported_transfer_encoding"

    // The body
    case bodyTooLarge = "body_too_large"
    case invalidChunkSize = "invalid_chunk_size"
    case invalidChunkExtension = "invalid_chunk_extension"
    case chunkExtensionsTooLong = "chunk_extensions_too_long"
    case invalidChunkEnd = "invalid_chunk_end"
    case invalidTrailer = "invalid_trailer"
    case trailersTooLarge = "trailers_too_large"
}

extension HTTPParseFailure {
    /// The status that answers it.
    var status: HTTPStatus {
        switch self {
        case .requestLineTooLong: .uriTooLong
        case .fieldsTooLarge, .tooManyFields, .trailersTooLarge: .requestHeaderFieldsTooLarge
        case .bodyTooLarge, .chunkExtensionsTooLong: .contentTooLarge
        case .unsupportedTransferEncoding, .connectNotSupported: .notImplemented
        case .unsupportedVersion: .httpVersionNotSupported
        case .tooManyEmptyLines, .malformedRequestLine, .invalidMethod, .invalidTarget, .malformedVersion,
            .bareLineFeed, .foldedField, .whitespaceBeforeColon, .invalidFieldName, .invalidFieldValue,
            .missingHost, .repeatedHost, .invalidHost, .invalidContentLength, .repeatedContentLength,
            .contentLengthWithTransferEncoding, .transferEncodingInOldVersion, .malformedTransferEncoding,
            .invalidChunkSize, .invalidChunkExtension, .invalidChunkEnd, .invalidTrailer:
            .badRequest
        }
    }

    /// The code that the client sees.
    var code: ErrorCode {
        switch status {
        case .uriTooLong, .requestHeaderFieldsTooLarge, .contentTooLarge: .tooLarge
        default: .malformed
        }
    }

    /// A sentence for whoever sent the request.
    var message: String {
        switch self {
        case .tooManyEmptyLines: "There are too many empty lines before the request."
        case .malformedRequestLine: "The request line must be a method, a target and a version."
        case .invalidMethod: "The request does not begin with a method."
        case .invalidTarget: "The request target is not valid."
        case .malformedVersion: "The request line does not end with an HTTP version."
        case .unsupportedVersion: "Only HTTP/1.1 and HTTP/1.0 are spoken here."
        case .connectNotSupported: "This server is not a proxy."
        case .requestLineTooLong: "The request line is too long."
        case .bareLineFeed: "Lines must end with CR LF."
        case .foldedField: "A field must not go on over several lines."
        case .whitespaceBeforeColon: "There is white space between a field's name and its colon."
        case .invalidFieldName: "A field's name is not valid."
        case .invalidFieldValue: "A field's value contains a control character."
        case .fieldsTooLarge: "The header fields are too large."
        case .tooManyFields: "There are too many header fields."
        case .missingHost: "The Host field is missing."
        case .repeatedHost: "The Host field is there more than once."
        case .invalidHost: "The Host field is not valid."
        case .invalidContentLength: "The Content-Length is not a number."
        case .repeatedContentLength: "The Content-Length is there more than once."
        case .contentLengthWithTransferEncoding:
            "Content-Length and Transfer-Encoding must not come together."
        case .transferEncodingInOldVersion: "HTTP/1.0 has no Transfer-Encoding."
        case .malformedTransferEncoding: "The Transfer-Encoding is not valid."
        case .unsupportedTransferEncoding: "The only Transfer-Encoding known here is chunked."
        case .bodyTooLarge: "The body is too large."
        case .invalidChunkSize: "A chunk's size is not valid."
        case .invalidChunkExtension: "A chunk extension is not valid."
        case .chunkExtensionsTooLong: "The chunk extensions are too long."
        case .invalidChunkEnd: "A chunk is not followed by CR LF."
        case .invalidTrailer: "A trailer field is not valid."
        case .trailersTooLarge: "The trailer fields are too large."
        }
    }
}
