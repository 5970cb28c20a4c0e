/// A status code with its customary phrase.
struct HTTPStatus: Hashable, Sendable {
    let code: Int

    /// Any code of three digits.
    init(_ code: Int) {
        precondition((100...999).contains(code), "a status has three digits")
        self.code = code
    }

    static let ok = HTTPStatus(200)
    static let created = HTTPStatus(201)
    static let accepted = HTTPStatus(202)
    static let noContent = HTTPStatus(204)
    static let notModified = HTTPStatus(304)
    static let badRequest = HTTPStatus(400)
    static let unauthorized = HTTPStatus(401)
    static let forbidden = HTTPStatus(403)
    static let notFound = HTTPStatus(404)
    static let methodNotAllowed = HTTPStatus(405)
    static let requestTimeout = HTTPStatus(408)
    static let conflict = HTTPStatus(409)
    static let contentTooLarge = HTTPStatus(413)
    static let uriTooLong = HTTPStatus(414)
    static let upgradeRequired = HTTPStatus(426)
    static let tooManyRequests = HTTPStatus(429)
    static let requestHeaderFieldsTooLarge = HTTPStatus(431)
    static let internalServerError = HTTPStatus(500)
    static let notImplemented = HTTPStatus(501)
    static let serviceUnavailable = HTTPStatus(503)
    static let httpVersionNotSupported = HTTPStatus(505)

    /// The phrase that follows the code; empty for codes that nothing here sends.
    var reason: StaticString {
        switch code {
        case 101: "Switching Protocols"
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 426: "Upgrade Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 503: "Service Unavailable"
        case 505: "HTTP Version Not Supported"
        default: ""
        }
    }

    /// Whether the protocol leaves no place for a body after such a head.
    var forbidsBody: Bool {
        code < 200 || code == 204 || code == 304
    }
}
