import ScriptedServer
import Testing

@testable import Realtime

@Suite("Asking the application about rights")
struct HTTPRoomAuthorizerTests {
    private let time = ManualTime()
    private let lines = CapturedLines()

    private func authorizer(
        _ server: ScriptedServer, timeout: Duration = .seconds(10), cacheEntries: Int = 100
    ) -> HTTPRoomAuthorizer {
        let log = Log(level: .info, style: .json, sink: lines, time: time.source)
        return HTTPRoomAuthorizer(
            url: server.url + "/authorize?key=secret", timeout: timeout, cacheEntries: cacheEntries,
            time: time.source, log: log)
    }

    private func rights(
        _ authorizer: HTTPRoomAuthorizer, user: String = "bob", device: String? = nil, room: String = "a"
    ) async -> RoomRights {
        await authorizer.rights(of: UserID(user)!, device: device.flatMap { DeviceID($0) }, in: RoomID(room)!)
    }

    private static func answer(_ letters: String, age: String? = nil) -> ScriptedAnswer {
        .json(200, #"{"rights":"\#(letters)"}"#, headers: age.map { [("Cache-Control", $0)] } ?? [])
    }

    @Test("The application is asked as it is configured, and its answer counts")
    func asks() async throws {
        let server = ScriptedServer(Self.answer("rw"))
        #expect(await rights(authorizer(server), device: "d1") == [.read, .write])
        let request = try #require(server.requests.first)
        #expect(request.line == "POST /authorize?key=secret HTTP/1.1")
        #expect(request.header("Content-Type") == "application/json")
        #expect(request.text == #"{"user_id":"bob","room_id":"a","device_id":"d1"}"#)
    }

    @Test("An answer that may be remembered is not asked for again until its time is up")
    func remembered() async {
        let server = ScriptedServer(Self.answer("r", age: "max-age=60"), Self.answer("rw"))
        let authorizer = authorizer(server)
        #expect(await rights(authorizer) == .read)
        time.advance(by: .seconds(59))
        #expect(await rights(authorizer) == .read)
        #expect(server.requests.count == 1)
        time.advance(by: .seconds(1))
        #expect(await rights(authorizer) == [.read, .write])
        #expect(authorizer.counters == .init(requests: 2, remembered: 1, shared: 0, failures: 0))
    }

    @Test("An answer that does not say how long it is good is asked for every time")
    func notRemembered() async {
        let server = ScriptedServer(Self.answer("r"), Self.answer(""))
        let authorizer = authorizer(server)
        #expect(await rights(authorizer) == .read)
        #expect(await rights(authorizer) == [])
    }

    @Test("An answer for one device is not taken for another's")
    func devices() async {
        let server = ScriptedServer(Self.answer("rw", age: "max-age=60"), Self.answer("", age: "max-age=60"))
        let authorizer = authorizer(server)
        #expect(await rights(authorizer, device: "d1") == [.read, .write])
        #expect(await rights(authorizer, device: "d2") == [])
        #expect(await rights(authorizer, device: "d1") == [.read, .write])
    }

    @Test("Who asks the same at a time shares one request", arguments: [true, false])
    func shared(firstIsCancelled: Bool) async {
        let server = ScriptedServer(Self.answer("r"))
        server.holdAnswers()
        let authorizer = authorizer(server)
        let first = Task { await rights(authorizer) }
        await server.waitForRequests(1)
        let others = (0..<10).map { _ in Task { await rights(authorizer) } }
        while authorizer.counters.shared < 10 { await Task.yield() }
        if firstIsCancelled { first.cancel() }
        server.releaseAnswers()
        for task in others + [first] { #expect(await task.value == .read) }
        #expect(authorizer.counters == .init(requests: 1, remembered: 0, shared: 10, failures: 0))
    }

    @Test(
        "Whatever is no answer is no rights, counted, and asked for again",
        arguments: [
            .respond(500), .respond(503), .respond(401), .respond(302, headers: [("Location", "/yes")]),
            .hangUp,
            .json(200, #"{"rights":"rwx"}"#, headers: [("Cache-Control", "max-age=60")]),
            .respond(200, body: "no"),
            .json(200, #"{"rights":"rw","padding":""# + String(repeating: "x", count: 20_000) + #""}"#),
            .bytes(Array("garbage\r\n\r\n".utf8)),
        ] as [ScriptedAnswer])
    func failsClosed(_ answer: ScriptedAnswer) async {
        let server = ScriptedServer(answer, Self.answer("rw"))
        let authorizer = authorizer(server)
        #expect(await rights(authorizer) == [])
        #expect(authorizer.counters == .init(requests: 1, remembered: 0, shared: 0, failures: 1))
        #expect(await rights(authorizer) == [.read, .write])
    }

    @Test("An application that is silent has said no when the time is up")
    func silent() async {
        let server = ScriptedServer(.silence())
        #expect(await rights(authorizer(server, timeout: .milliseconds(50))) == [])
    }

    @Test("An application that is not there has said no")
    func nobodyThere() async {
        let authorizer = HTTPRoomAuthorizer(
            url: "http://no-such-host.invalid/", cacheEntries: 10, time: time.source, log: .disabled)
        #expect(await rights(authorizer) == [])
        #expect(authorizer.counters.failures == 1)
    }

    @Test("Failures are logged once a minute, with how many there were, and never the address's secret")
    func logged() async {
        let authorizer = authorizer(ScriptedServer(.respond(500)))
        for room in ["a", "b", "c"] { _ = await rights(authorizer, room: room) }
        #expect(lines.lines.count == 1)
        time.advance(by: .seconds(60))
        _ = await rights(authorizer)
        #expect(lines.lines.count == 2)
        #expect(lines.lines.last?.contains(#""suppressed":2"#) == true)
        #expect(lines.lines.allSatisfy { !$0.contains("secret") && !$0.contains("bob") })
    }

    @Test("Thousands of questions at a time are all answered, over some connections")
    func storm() async {
        let server = ScriptedServer(Self.answer("r", age: "max-age=60"))
        let authorizer = authorizer(server, cacheEntries: 2000)
        let granted = await withTaskGroup(of: RoomRights.self) { group in
            for number in 0..<2000 { group.addTask { await rights(authorizer, user: "user \(number)") } }
            return await group.reduce(0) { $0 + ($1 == .read ? 1 : 0) }
        }
        #expect(granted == 2000)
        #expect(server.connectionCount <= 32)
    }
}
