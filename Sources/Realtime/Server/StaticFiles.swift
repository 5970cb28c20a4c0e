/// Files that are served as they are: a web page and what belongs to it.
///
/// All of them are in memory from the start, so a request touches no file system: no path in it can lead
/// anywhere else, and nothing on a loop waits for a disk.
struct StaticFiles: Sendable {
    /// A file as the answers that it gives, made once.
    fileprivate struct File: Sendable {
        let entityTag: String
        let response: HTTPResponse
        let notModified: HTTPResponse
    }

    /// By path, such as `/assets/app.js`.
    private var files: [String: File] = [:]

    /// - Parameters:
    ///   - contents: by path, beginning with a slash. `/index.html` is also `/`, in subfolders alike.
    ///   - cacheControl: by default a browser asks each time whether its copy is still good, so that a new
    ///     release is seen at once; the answer is a 304 without a body.
    ///   - fields: what each answer with a file says besides, such as who may use it.
    init(
        _ contents: [String: [UInt8]], cacheControl: StaticString = "no-cache",
        fields: [(name: StaticString, value: StaticString)] = []
    ) {
        for (path, bytes) in contents {
            let file = File(path, bytes, cacheControl, fields)
            files[path] = file
            if path.hasSuffix("/index.html") { files[String(path.dropLast("index.html".count))] = file }
        }
    }

    /// Reads a folder and all folders in it.
    init(folder: String, cacheControl: StaticString = "no-cache") throws(FolderError) {
        self.init(try FolderContents(of: folder).files, cacheControl: cacheControl)
    }

    /// The paths that are served, in order.
    var paths: [String] {
        files.keys.sorted()
    }

    /// The answer to a request for a file; nil when there is none at this path.
    func response(to request: HTTPRequestHead) -> HTTPResponse? {
        let path = request.path.withUnsafeBytes { $0.percentDecoded() }
        guard let path, let file = files[path] else { return nil }
        switch request.method {
        case .get, .head:
            let isKnown = request.headers("if-none-match").contains { known in
                known.withUnsafeBytes { HTTPEntityTags.list($0, contains: file.entityTag) }
            }
            return isKnown ? file.notModified : file.response
        case .options:
            return .options(Self.methods)
        case .post, .put, .delete, .patch, .other:
            return .methodNotAllowed(Self.methods)
        }
    }

    private static let methods: HTTPMethodSet = [
        HTTPMethodSet(.get), HTTPMethodSet(.head), HTTPMethodSet(.options),
    ]
}

extension StaticFiles.File {
    fileprivate init(
        _ path: String, _ bytes: [UInt8], _ cacheControl: StaticString,
        _ fields: [(name: StaticString, value: StaticString)]
    ) {
        entityTag = Self.entityTag(of: bytes)
        var response = HTTPResponse(.ok, body: .shared(SharedBytes(bytes)))
        response.add("Content-Type", fixed: Self.contentType(of: path))
        // A browser that guesses could run as a script what was meant as text.
        response.add("X-Content-Type-Options", fixed: "nosniff")
        Self.addValidity(to: &response, entityTag, cacheControl)
        for field in fields { response.add(field.name, fixed: field.value) }
        self.response = response

        var notModified = HTTPResponse(.notModified)
        Self.addValidity(to: &notModified, entityTag, cacheControl)
        for field in fields { notModified.add(field.name, fixed: field.value) }
        self.notModified = notModified
    }

    private static func addValidity(
        to response: inout HTTPResponse, _ entityTag: String, _ cacheControl: StaticString
    ) {
        response.add("Cache-Control", fixed: cacheControl)
        do {
            try response.add("ETag", entityTag)
        } catch {
            preconditionFailure("an entity tag is made of hexadecimal digits")
        }
    }

    /// A strong tag made from the content alone (64-bit FNV-1a, and the length), so that it is the same
    /// after a restart and on every server. It protects against staleness, not against forgery.
    private static func entityTag(of bytes: [UInt8]) -> String {
        let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return "\"\(String(hash, radix: 16))-\(String(bytes.count, radix: 16))\""
    }

    private static func contentType(of path: String) -> StaticString {
        let name = path.split(separator: "/").last ?? ""
        return switch name.split(separator: ".").last?.lowercased() {
        case "html", "htm": "text/html; charset=utf-8"
        case "js", "mjs": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "json", "map": "application/json"
        case "webmanifest": "application/manifest+json"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "jpg", "jpeg": "image/jpeg"
        case "gif": "image/gif"
        case "webp": "image/webp"
        case "ico": "image/x-icon"
        case "woff2": "font/woff2"
        case "woff": "font/woff"
        case "wasm": "application/wasm"
        case "pdf": "application/pdf"
        case "txt", "md": "text/plain; charset=utf-8"
        case "xml": "application/xml"
        default: "application/octet-stream"
        }
    }
}
