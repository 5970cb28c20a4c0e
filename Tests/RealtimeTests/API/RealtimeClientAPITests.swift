import FoundationEssentials
import Handlers
import RealtimeClient
import Testing

@testable import Realtime

/// The library that backends use, against the server that it is for.
@Suite("RealtimeClient and the server", .timeLimit(.minutes(10)))
struct RealtimeClientAPITests {
    private struct InvoicePaid: RealtimeEvent, Equatable {
        static let eventType = "invoice_paid"
        var invoice: String
    }

    /// A backend with the library, for code that blocks.
    private struct Caller: Sendable {
        let client: RealtimeClient

        init(_ server: RealtimeServer, token: String? = nil) throws {
            let token = token ?? server.token("shop") { $0.isService = true }
            client = try RealtimeClient(url: "http://127.0.0.1:\(server.port)", token: token)
        }

        func call<Answer: Sendable>(
            _ body: @escaping @Sendable (RealtimeClient) async throws(RealtimeClientError) -> Answer
        ) throws -> Answer {
            let done = Inbox<Result<Answer, RealtimeClientError>>()
            Task { [client] in
                do throws(RealtimeClientError) {
                    done.put(.success(try await body(client)))
                } catch {
                    done.put(.failure(error))
                }
            }
            return try done.take().get()
        }

        func refusal<Answer: Sendable>(
            of body: @escaping @Sendable (RealtimeClient) async throws(RealtimeClientError) -> Answer
        ) throws -> RealtimeClientError? {
            do {
                _ = try call(body)
                return nil
            } catch let error as RealtimeClientError {
                return error
            }
        }
    }

    private func withCaller(
        _ change: (inout ServerConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (Caller, RealtimeServer) throws -> Void
    ) async throws {
        try await withServer(change) { server in try body(Caller(server), server) }
    }

    // MARK: Publishing

    @Test("every event of a task reaches the project's room as it was written")
    func tasks() async throws {
        try await withCaller { caller, server in
            let ada = try LiveClient(server, "ada", in: "project_7")
            let created = try caller.call { client throws(RealtimeClientError) in
                try await client.broadcastTaskUpdate(
                    TaskCreated(taskID: "T-1", projectID: "project_7", title: "Write", status: "open"))
            }
            #expect((created.seq, created.roomID) == (1, "project_7"))
            let heard = try ada.next("task_created")
            #expect(heard["message_id"]?.string == created.messageID)
            #expect(heard["data"]?["title"]?.string == "Write")
            #expect(heard["data"]?["status"]?.string == "open")
            let updated = try caller.call { client throws(RealtimeClientError) in
                try await client.broadcastTaskUpdate(
                    TaskUpdated(taskID: "T-1", projectID: "project_7", title: "Rewrite"))
            }
            let changed = try caller.call { client throws(RealtimeClientError) in
                try await client.broadcastTaskUpdate(
                    TaskStatusChanged(taskID: "T-1", projectID: "project_7", newStatus: "done"))
            }
            let deleted = try caller.call { client throws(RealtimeClientError) in
                try await client.broadcastTaskUpdate(TaskDeleted(taskID: "T-1", projectID: "project_7"))
            }
            #expect([updated.seq, changed.seq, deleted.seq] == [2, 3, 4])
            #expect(try ada.next("task_updated")["data"]?["title"]?.string == "Rewrite")
            #expect(try ada.next("task_status_changed")["data"]?["new_status"]?.string == "done")
            #expect(try ada.next("task_deleted")["seq"]?.int == 4)
        }
    }

    @Test("a broadcast reaches a room, users or everyone, and nobody who is excluded")
    func broadcasts() async throws {
        try await withCaller { caller, server in
            let (ada, bob) = (try LiveClient(server, "ada", in: "r"), try LiveClient(server, "bob", in: "r"))
            let eve = try LiveClient(server, "eve")
            let everywhere: [(RealtimeClient.Recipients, [String], [LiveClient])] = [
                (.room("r"), [], [ada, bob]), (.room("r"), ["bob"], [ada]),
                (.users(["bob", "eve"]), [], [bob, eve]),
                (.everyone, [], [ada, bob, eve]), (.everyone, ["ada"], [bob, eve]),
            ]
            for (number, (recipients, excluded, hearers)) in everywhere.enumerated() {
                let published = try caller.call { client throws(RealtimeClientError) in
                    try await client.broadcast(
                        InvoicePaid(invoice: "A/\(number)"), to: recipients, excluding: excluded)
                }
                #expect((published.seq != nil) == (recipients == .room("r")))
                for hearer in hearers {
                    let heard = try hearer.next("invoice_paid")
                    #expect(heard["data"]?["invoice"]?.string == "A/\(number)")
                    #expect(heard["message_id"]?.string == published.messageID)
                }
            }
            for client in [ada, bob, eve] {
                #expect(try !client.typesUntilPong().contains("invoice_paid"))
            }
        }
    }

    @Test("any value goes as data, under a type without a Swift type")
    func untyped() async throws {
        try await withCaller { caller, server in
            let ada = try LiveClient(server, "ada")
            let date = Date(timeIntervalSince1970: 1_767_323_045.678)
            try caller.call { client throws(RealtimeClientError) in
                _ = try await client.broadcast(type: "at", data: [date], to: .users(["ada"]))
                _ = try await client.broadcast(type: "text", data: "ä\u{2028}\"/", to: .users(["ada"]))
            }
            #expect(try ada.next("at")["data"]?.array?.first?.string == "2026-01-02T03:04:05.678Z")
            #expect(try ada.next("text")["data"]?.string == "ä\u{2028}\"/")
        }
    }

    @Test("a message id of the application's own is published once")
    func messageID() async throws {
        try await withCaller { caller, server in
            let ada = try LiveClient(server, "ada", in: "r")
            let answers = try (0..<3).map { _ in
                try caller.call { client throws(RealtimeClientError) in
                    try await client.broadcast(
                        InvoicePaid(invoice: "A1"), to: .room("r"), messageID: "invoice-A1")
                }
            }
            #expect(Set(answers).count == 1)
            _ = try ada.next("invoice_paid")
            #expect(try ada.typesUntilPong().isEmpty)
        }
    }

    @Test("hundreds of calls at a time are each done once")
    func manyAtOnce() async throws {
        try await withCaller { caller, server in
            let places = try caller.call { client throws(RealtimeClientError) in
                await withTaskGroup(of: Result<Int?, RealtimeClientError>.self) { group in
                    for number in 0..<300 {
                        group.addTask {
                            do throws(RealtimeClientError) {
                                let event = InvoicePaid(invoice: "\(number)")
                                return .success(try await client.broadcast(event, to: .room("r")).seq)
                            } catch {
                                return .failure(error)
                            }
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
            }
            #expect(try places.map { try #require(try $0.get()) }.sorted() == Array(1...300))
        }
    }

    // MARK: Asking

    @Test("who is in a room, whatever it is called", arguments: ["r", "project/7", "é ?#%&+", "..", "."])
    func presence(of room: String) async throws {
        try await withCaller { caller, server in
            let before = Date()
            let ada = try LiveClient(server, "ada")
            try ada.join(room)
            let answer = try caller.call { client throws(RealtimeClientError) in
                try await client.presence(in: room)
            }
            #expect((answer.roomID, answer.total) == (room, 1))
            let member = try #require(answer.members.first)
            #expect(
                (member.userID, member.username, member.status, member.devices) == ("ada", "ada", "online", 1)
            )
            #expect(abs(member.since.timeIntervalSince(before)) < 60)
            let user = try caller.call { client throws(RealtimeClientError) in try await client.user("ada") }
            #expect((user.userID, user.online, user.devices, user.rooms) == ("ada", true, 1, [room]))
            _ = try ada.typesUntilPong()
        }
    }

    @Test("a user who has gone was seen lately, and one whom nobody knows never was")
    func absentUsers() async throws {
        try await withCaller({ $0.presence.grace = .zero }) { caller, server in
            _ = try LiveClient(server, "ada")
            _ = try server.backend().delete("/api/v1/users/ada/connections")
            eventually {
                let user = try? caller.call { client throws(RealtimeClientError) in
                    try await client.user("ada")
                }
                guard let user, !user.online, let lastSeen = user.lastSeen else { return false }
                return abs(lastSeen.timeIntervalSinceNow) < 60
            }
            let nobody = try caller.call { client throws(RealtimeClientError) in
                try await client.user("nobody")
            }
            #expect((nobody.online, nobody.devices, nobody.rooms, nobody.lastSeen) == (false, 0, [], nil))
        }
    }

    @Test("all rooms are found, page after page")
    func rooms() async throws {
        try await withCaller { caller, server in
            let names = Set((0..<25).map { "room/\($0) ü" })
            for name in names {
                try caller.call { client throws(RealtimeClientError) in
                    _ = try await client.broadcast(InvoicePaid(invoice: "x"), to: .room(name))
                }
            }
            var found: [String] = []
            var next: String?
            repeat {
                let page = try caller.call { [next] client throws(RealtimeClientError) in
                    try await client.rooms(limit: 10, after: next)
                }
                #expect(page.rooms.count <= 10)
                found += page.rooms.map(\.roomID)
                next = page.next
            } while next != nil
            #expect(found.count == names.count && Set(found) == names)
        }
    }

    @Test("the statistics are read")
    func stats() async throws {
        try await withCaller { caller, server in
            let ada = try LiveClient(server, "ada", in: "r")
            _ = try ada.typesUntilPong()
            let stats = try caller.call { client throws(RealtimeClientError) in try await client.stats() }
            #expect((stats.rooms, stats.usersOnline) == (1, 1))
            #expect(stats.activeConnections >= 1 && stats.messagesReceived == 2 && stats.messagesSent >= 3)
        }
    }

    // MARK: Sending away

    @Test("a user is disconnected, a user revoked, a token revoked")
    func sendingAway() async throws {
        try await withCaller { caller, server in
            let ada = try LiveClient(server, "ada")
            #expect(
                try caller.call { client throws(RealtimeClientError) in
                    try await client.disconnect(user: "ada")
                } == 1)
            #expect(try ada.closeCode() == 4409)

            let again = try LiveClient(server, "ada")
            #expect(
                try caller.call { client throws(RealtimeClientError) in
                    try await client.revoke(user: "ada", until: Date() + 3600)
                } == 1)
            #expect(try again.closeCode() == 4401)
            #expect(throws: TestWebSocket.Refused.self) { try LiveClient(server, "ada") }

            let token = server.token("bob") { $0.tokenID = "token/1" }
            let bob = try LiveClient(server, token: token)
            #expect(
                try caller.call { client throws(RealtimeClientError) in
                    try await client.revoke(tokenID: "token/1")
                } == 1)
            #expect(try bob.closeCode() == 4401)
            #expect(throws: TestWebSocket.Refused.self) { try LiveClient(server, token: token) }
        }
    }

    // MARK: Refusals

    @Test("what the server refuses is told by its code and status")
    func refusals() async throws {
        try await withCaller { caller, server in
            let unknown = try caller.refusal { client throws(RealtimeClientError) in
                try await client.presence(in: "nowhere")
            }
            #expect((unknown?.code, unknown?.status) == (.roomNotFound, 404))
            let malformed = try caller.refusal { client throws(RealtimeClientError) in
                try await client.broadcast(InvoicePaid(invoice: "x"), to: .room(""))
            }
            #expect((malformed?.code, malformed?.status) == (.malformed, 400))
            #expect(malformed?.message.contains("room_id") == true)
            #expect(malformed?.mayHaveHappened == false)
            let large = String(repeating: "x", count: 1 << 20)
            let tooLarge = try caller.refusal { client throws(RealtimeClientError) in
                try await client.broadcast(type: "large", data: large, to: .everyone)
            }
            #expect((tooLarge?.code, tooLarge?.status) == (.tooLarge, 413))
            let user = try Caller(server, token: server.token("ada")).refusal {
                client throws(RealtimeClientError) in try await client.stats()
            }
            #expect((user?.code, user?.status) == (.forbidden, 403))
            let nobody = try Caller(server, token: "nonsense").refusal { client throws(RealtimeClientError) in
                try await client.stats()
            }
            #expect((nobody?.code, nobody?.status) == (.unauthenticated, 401))
        }
    }

    // MARK: A server that goes and comes

    @Test("a call goes on where a server has started again meanwhile, and fails plainly where there is none")
    func restart() async throws {
        var configuration = ServerConfiguration.onFreePort
        // Where no other test listens or connects, so that nobody gets the port meanwhile.
        configuration.listen.host = "127.0.0.31"
        let first = try await RealtimeServer.start(configuration, handlers: .builtIn(), log: .disabled)
        configuration.listen.port = first.port
        let token = first.token("shop") { $0.isService = true }
        let client = try RealtimeClient(
            url: "http://127.0.0.31:\(first.port)", token: token,
            settings: .init(attempts: 2, totalTime: .seconds(60)))
        #expect(try await client.broadcast(InvoicePaid(invoice: "1"), to: .room("r")).seq == 1)
        await first.stop()

        let error = await #expect(throws: RealtimeClientError.self) {
            try await client.broadcast(InvoicePaid(invoice: "2"), to: .room("r"))
        }
        #expect(error?.code == .unreachable)
        #expect(error?.mayHaveHappened == false && error?.isWorthRetrying == true)

        let second = try await RealtimeServer.start(configuration, handlers: .builtIn(), log: .disabled)
        let published = await Result { try await client.broadcast(InvoicePaid(invoice: "3"), to: .room("r")) }
        await second.stop()
        #expect(try published.get().seq == 1)
    }

    @Test("over https the certificate is looked at")
    func https() async throws {
        let folder = TLSTestFolder()
        let certificate = TLSTestCertificate(name: "localhost")
        let file = folder.write("certificate.pem", certificate.certificate)
        var configuration = ServerConfiguration.onFreePort
        configuration.tls.certificateFile = file
        configuration.tls.keyFile = folder.write("key.pem", certificate.key)
        let server = try await RealtimeServer.start(configuration, handlers: .builtIn(), log: .disabled)
        let token = server.token("shop") { $0.isService = true }
        let url = "https://localhost:\(server.port)"
        func rooms(trusting file: String?) async throws -> Int {
            let settings = RealtimeClient.Settings(attempts: 1, certificateAuthorities: file)
            return try await RealtimeClient(url: url, token: token, settings: settings).stats().rooms
        }
        let trusted = await Result { try await rooms(trusting: file) }
        let untrusted = await Result { try await rooms(trusting: nil) }
        await server.stop()
        #expect(try trusted.get() == 0)
        let error = #expect(throws: RealtimeClientError.self) { try untrusted.get() }
        #expect(error?.code == .untrustedServer)
    }
}

extension Result where Failure == any Error {
    /// What came of something that is waited for.
    fileprivate init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
