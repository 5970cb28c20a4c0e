import Foundation
import Testing

@testable import Realtime

@Suite("Static files")
struct StaticFilesTests {
    private let files = StaticFiles([
        "/index.html": Array("<p>".utf8),
        "/docs/index.html": Array("<i>".utf8),
        "/assets/app.js": Array("1".utf8),
        "/assets/a b.txt": Array("2".utf8),
    ])

    private func response(_ line: String, _ fields: String = "") throws -> HTTPResponse? {
        files.response(to: try #require(parseHead("\(line) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n")))
    }

    private func value(_ name: String, of response: HTTPResponse?) -> String? {
        response?.fields.first { $0.name.description == name }?.value
    }

    private func text(_ response: HTTPResponse?) -> String? {
        guard case .shared(let bytes) = response?.body else { return nil }
        return bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    @Test("a file is served with its type, a tag, and no guessing")
    func serves() throws {
        let response = try #require(try response("GET /assets/app.js"))
        #expect(response.status == .ok)
        #expect(text(response) == "1")
        #expect(value("Content-Type", of: response) == "text/javascript; charset=utf-8")
        #expect(value("X-Content-Type-Options", of: response) == "nosniff")
        #expect(value("Cache-Control", of: response) == "no-cache")
        #expect(try #require(value("ETag", of: response)).wholeMatch(of: /"[0-9a-f]+-[0-9a-f]+"/) != nil)
    }

    @Test("index.html is what a folder shows")
    func index() throws {
        #expect(text(try response("GET /")) == "<p>")
        #expect(text(try response("GET /?a=b")) == "<p>")
        #expect(text(try response("GET /docs/")) == "<i>")
        #expect(try response("GET /docs") == nil)
        #expect(try response("GET /assets/") == nil)
    }

    @Test("escapes in a path are resolved")
    func escapes() throws {
        #expect(text(try response("GET /assets/a%20b.txt")) == "2")
        #expect(try response("GET /assets/%zz") == nil)
    }

    @Test(
        "no path leads out",
        arguments: [
            "/../index.html", "/assets/../index.html", "/assets/..%2Findex.html", "/./index.html",
            "//index.html",
            "/index.html%00", "/..\\index.html",
        ])
    func traversal(path: String) throws {
        #expect(try response("GET \(path)") == nil)
    }

    @Test(
        "types by suffix",
        arguments: [
            ("a.html", "text/html; charset=utf-8"), ("a.css", "text/css; charset=utf-8"),
            ("a.SVG", "image/svg+xml"), ("a.png", "image/png"), ("a.json", "application/json"),
            ("a.js.map", "application/json"), ("a.wasm", "application/wasm"),
            ("a", "application/octet-stream"),
            ("a.unknown", "application/octet-stream"), ("a.html/b", "application/octet-stream"),
        ])
    func types(name: String, expected: String) throws {
        let files = StaticFiles(["/\(name)": []])
        let head = try #require(parseHead("GET /\(name) HTTP/1.1\r\nHost: x\r\n\r\n"))
        #expect(value("Content-Type", of: files.response(to: head)) == expected)
    }

    @Test("who has the file already is told so, however it says it")
    func notModified() throws {
        let tag = try #require(value("ETag", of: try response("GET /")))
        let known = ["\(tag)", "W/\(tag)", "*", "\"a,b\", W/\"c\" ,\(tag)", ",, \(tag)"]
        for list in known {
            let response = try #require(try response("GET /", "If-None-Match: \(list)\r\n"))
            #expect(response.status == .notModified, "\(list)")
            #expect(value("ETag", of: response) == tag)
            #expect(value("Cache-Control", of: response) == "no-cache")
            #expect(text(response) == nil)
        }
        let spread = try response("HEAD /", "If-None-Match: \"a\"\r\nIf-None-Match: \(tag)\r\n")
        #expect(spread?.status == .notModified)
    }

    @Test("who has another version gets the file")
    func modified() throws {
        let tag = try #require(value("ETag", of: try response("GET /")))
        for list in [
            "\"x\"", "", "\"*\"", "*, \"x\"", "x\(tag)", "\"\(tag)", String(tag.dropLast()), "W/", "w/\(tag)",
        ] {
            #expect(try response("GET /", "If-None-Match: \(list)\r\n")?.status == .ok, "\(list)")
        }
    }

    @Test("the same content has the same tag, another content another")
    func tags() throws {
        let head = try #require(parseHead("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"))
        let tags = [[1, 2], [1, 2], [2, 1]].map {
            value("ETag", of: StaticFiles(["/a": $0]).response(to: head))
        }
        #expect(tags[0] == tags[1])
        #expect(tags[0] != tags[2])
    }

    @Test("other methods are refused, OPTIONS is answered")
    func methods() throws {
        #expect(try response("POST /")?.status == .methodNotAllowed)
        #expect(value("Allow", of: try response("DELETE /")) == "GET, HEAD, OPTIONS")
        #expect(try response("OPTIONS /")?.status == .noContent)
        #expect(try response("POST /none") == nil)
    }

    @Test("a folder is read with its folders; hidden files and links are left out")
    func folder() throws {
        let manager = FileManager.default
        let root = manager.temporaryDirectory.appending(path: "realtime-static-\(UUID())")
        try manager.createDirectory(at: root.appending(path: "sub"), withIntermediateDirectories: true)
        defer { try? manager.removeItem(at: root) }
        let large = Data(repeating: 7, count: 200_000)
        try Data("x".utf8).write(to: root.appending(path: "index.html"))
        try large.write(to: root.appending(path: "sub/large.bin"))
        try Data("secret".utf8).write(to: root.appending(path: ".env"))
        try manager.createSymbolicLink(
            atPath: root.appending(path: "link").path, withDestinationPath: "/etc/passwd")
        try manager.createSymbolicLink(atPath: root.appending(path: "up").path, withDestinationPath: "/etc")

        let files = try StaticFiles(folder: root.path)
        #expect(files.paths == ["/", "/index.html", "/sub/large.bin"])
        let head = try #require(parseHead("GET /sub/large.bin HTTP/1.1\r\nHost: x\r\n\r\n"))
        guard case .shared(let bytes) = files.response(to: head)?.body else {
            Issue.record("no body")
            return
        }
        #expect(bytes.withUnsafeBytes { Data($0) } == large)
    }

    @Test("a folder that can't be read says which and why")
    func missingFolder() {
        #expect(throws: FolderError(path: "/nonexistent", reason: "no such file or directory")) {
            try StaticFiles(folder: "/nonexistent")
        }
    }
}
