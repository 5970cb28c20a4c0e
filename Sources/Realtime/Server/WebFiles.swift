import CWebFiles
import Glibc

/// The files for browsers that are part of the program: the JavaScript client below `/client`, for every page that
/// wants it, and in development the task board at `/` and below `/board`.
struct WebFiles: Sendable {
    private let client: StaticFiles
    /// The task board, where it is served.
    let board: Board?

    /// The task board's page and what belongs to it.
    struct Board: Sendable {
        fileprivate let files: StaticFiles

        /// The page itself, for `/`.
        @Sendable func page(_ request: HTTPRequest) -> HTTPResponse {
            files.response(to: request.head) ?? .error(.notFound, .notFound, "The board has no page.")
        }
    }

    init(withBoard: Bool) {
        let files = Self.embedded
        client = StaticFiles(files.filter { $0.key.hasPrefix("/client/") }, fields: Self.forEveryPage)
        guard withBoard else {
            board = nil
            return
        }
        var pages = files.filter { $0.key.hasPrefix("/board/") }
        pages["/index.html"] = pages["/board/index.html"]
        board = Board(files: StaticFiles(pages, fields: Self.forThisPageAlone))
    }

    /// The answer to a request for a file; nil when there is none at this path.
    func response(to request: HTTPRequestHead) -> HTTPResponse? {
        client.response(to: request) ?? board?.files.response(to: request)
    }

    /// All that was compiled in, by path.
    static let embedded: [String: [UInt8]] = {
        var count: Int32 = 0
        let files = UnsafeBufferPointer(start: web_files(&count), count: Int(count))
        return files.reduce(into: [:]) { all, file in
            let text = UnsafeRawBufferPointer(start: file.text, count: strlen(file.text))
            all[String(cString: file.path)] = Array(text)
        }
    }()

    /// A module is fetched by the rules of CORS, so without this only this server's own pages could use the client.
    private static let forEveryPage: [(name: StaticString, value: StaticString)] = [
        ("Access-Control-Allow-Origin", "*"),
        ("Cross-Origin-Resource-Policy", "cross-origin"),
    ]

    /// The board runs what this server serves and talks to this server; nothing may be put into it or around it.
    private static let forThisPageAlone: [(name: StaticString, value: StaticString)] = [
        (
            "Content-Security-Policy",
            """
            default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
            base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'
            """
        ),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ]
}
