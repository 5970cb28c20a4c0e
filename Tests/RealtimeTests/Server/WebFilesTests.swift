import Foundation
import Testing

@testable import Realtime

@Suite("Files for browsers")
struct WebFilesTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func response(_ path: String, withBoard: Bool) throws -> HTTPResponse? {
        let head = try #require(parseHead("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n"))
        return WebFiles(withBoard: withBoard).response(to: head)
    }

    private func value(_ name: String, of response: HTTPResponse?) -> String? {
        response?.fields.first { $0.name.description == name }?.value
    }

    @Test(
        "every file of the folder is in the program, byte for byte; a new one needs a row in CWebFiles/files.c",
        arguments: [("examples/task-board", "/board"), ("Clients/javascript/src", "/client")])
    func complete(folder: String, prefix: String) throws {
        let files = try FolderContents(of: Self.root.appending(path: folder).path).files
            .filter { !$0.key.hasSuffix(".md") }
        let embedded = WebFiles.embedded.filter { $0.key.hasPrefix(prefix + "/") }
        #expect(Set(embedded.keys) == Set(files.keys.map { prefix + $0 }))
        for (path, bytes) in files {
            #expect(embedded[prefix + path] == bytes, "\(prefix + path) is not what is in the folder")
        }
    }

    @Test(
        "the client may be used by pages of every origin, with the board or without",
        arguments: [true, false])
    func client(withBoard: Bool) throws {
        let response = try #require(try response("/client/realtime.js", withBoard: withBoard))
        #expect(value("Access-Control-Allow-Origin", of: response) == "*")
        #expect(value("Cross-Origin-Resource-Policy", of: response) == "cross-origin")
        #expect(value("Content-Type", of: response) == "text/javascript; charset=utf-8")
    }

    @Test("the board is for this server's pages alone, and runs nothing but its own files")
    func policy() throws {
        for path in ["/", "/board/", "/board/index.html", "/board/board.js"] {
            let response = try #require(try response(path, withBoard: true))
            let policy = try #require(value("Content-Security-Policy", of: response))
            #expect(policy.contains("default-src 'none'; script-src 'self';"))
            #expect(policy.contains("frame-ancestors 'none'"))
            #expect(!policy.contains("unsafe"))
            #expect(value("X-Content-Type-Options", of: response) == "nosniff")
            #expect(value("Access-Control-Allow-Origin", of: response) == nil)
        }
    }

    @Test("without the board there is nothing of it")
    func noBoard() throws {
        for path in ["/", "/index.html", "/board/", "/board/index.html", "/board/board.js"] {
            #expect(try response(path, withBoard: false) == nil)
        }
        #expect(WebFiles(withBoard: false).board == nil)
    }
}

@Suite("The board over real sockets", .timeLimit(.minutes(10)))
struct ServedBoardTests {
    private let upgrade = """
        GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n
        """

    private func answer(_ request: String, isDevelopment: Bool, until end: String) async throws -> String {
        let text = request
        return try await withServer {
            $0.isDevelopment = isDevelopment
        } _: { server in
            let socket = try server.connect()
            socket.send(text)
            return try socket.read(until: end)
        }
    }

    @Test("in development a plain GET of / is the board")
    func page() async throws {
        let answer = try await answer(
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n", isDevelopment: true, until: "</html>")
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains("Content-Type: text/html"))
    }

    @Test("an upgrade of / is a WebSocket, with the board or without", arguments: [true, false])
    func upgrade(isDevelopment: Bool) async throws {
        let answer = try await answer(upgrade, isDevelopment: isDevelopment, until: "\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 101 "))
    }

    @Test(
        "in production there is no page at /, no board and no /dev/token",
        arguments: [
            ("GET /", 426), ("GET /board/", 404), ("GET /board/board.js", 404), ("POST /dev/token", 404),
        ])
    func production(line: String, status: Int) async throws {
        let answer = try await answer(
            "\(line) HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", isDevelopment: false, until: "\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
    }
}
