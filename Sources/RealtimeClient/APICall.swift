import FoundationEssentials
import HTTPClient

/// One call of the HTTP API, ready to be sent as often as need be: every attempt has the same bytes.
struct APICall {
    let method: HTTPClient.Method
    /// The path and the query below the server's address.
    let path: String
    let body: [UInt8]?
    /// Whether the server does no more for two of these than for one.
    let isRepeatable: Bool

    /// A question.
    static func get(_ path: String) -> APICall {
        APICall(method: .get, path: path, body: nil, isRepeatable: true)
    }

    /// A call that hands something over, with something in it by which the server knows a repeated one.
    static func post(_ path: String, _ body: some Encodable) throws(RealtimeClientError) -> APICall {
        do {
            let json = try APICoding.encoder().encode(body)
            return APICall(method: .post, path: path, body: Array(json), isRepeatable: true)
        } catch {
            throw RealtimeClientError(.notEncodable, "the event can't be written as JSON", cause: error)
        }
    }

    /// A call that takes away what is there when it arrives, which a repeated one would do again.
    static func delete(_ path: String) -> APICall {
        APICall(method: .delete, path: path, body: nil, isRepeatable: false)
    }

    /// A name as one segment of a path. Dots are escaped too: a name may consist of them.
    static func segment(_ name: String) -> String {
        var escaped = ""
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                escaped += (byte < 16 ? "%0" : "%") + digits
            }
        }
        return escaped
    }
}

/// How values are written in this API: times as RFC 3339 in UTC with milliseconds.
enum APICoding {
    private static let withMilliseconds = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    private static let withSeconds = Date.ISO8601FormatStyle()

    static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        // The same value is the same bytes, which is what the server compares for an idempotency key.
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            // Formatting cuts off what is less than a millisecond; this makes it round.
            try container.encode((date + 0.0005).formatted(withMilliseconds))
        }
        return encoder
    }

    static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let text = try decoder.singleValueContainer().decode(String.self)
            return try (try? withMilliseconds.parse(text)) ?? withSeconds.parse(text)
        }
        return decoder
    }
}
