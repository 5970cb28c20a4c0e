import ScriptedServer
import Testing

@testable import Realtime

@Suite("Who decides about rooms")
struct RoomAccessTests {
    /// Somebody in Swift who says yes to reading.
    private struct Reading: RoomAuthorizer {
        func rights(of user: UserID, device: DeviceID?, in room: RoomID) async throws -> RoomRights { .read }
    }

    private func claims(rooms: RoomGrants? = nil) -> Claims {
        Claims(
            user: "bob", name: nil, device: "d1", isService: false, tokenID: nil, expiresAt: nil,
            notBefore: nil,
            issuedAt: nil, rooms: rooms)
    }

    private func rights(
        _ claims: Claims, asking url: String? = nil, authorizer: (any RoomAuthorizer)? = nil
    ) async -> RoomRights {
        var configuration = ServerConfiguration()
        configuration.rooms.policy = .open
        configuration.rooms.authorizeURL = url
        let access = RoomAccess(
            configuration.roomPolicy, authorizer: authorizer,
            overHTTP: HTTPRoomAuthorizer(configuration.rooms, log: .disabled))
        return await access.rights(of: claims, in: "a")
    }

    @Test("The application is asked over HTTP where its address is configured, whatever the policy")
    func overHTTP() async {
        let server = ScriptedServer(.json(200, #"{"rights":"w"}"#))
        #expect(await rights(claims(), asking: server.url) == .write)
        #expect(server.requests.map(\.text) == [#"{"user_id":"bob","room_id":"a","device_id":"d1"}"#])
    }

    @Test("What the token says of rooms counts, and nobody is asked")
    func token() async throws {
        let server = ScriptedServer(.json(200, #"{"rights":"rw"}"#))
        let grants = try RoomGrants([.init("b", .read)])
        #expect(await rights(claims(rooms: grants), asking: server.url) == [])
        #expect(server.requests.isEmpty)
    }

    @Test("An authorizer in Swift is asked before one over HTTP")
    func inSwift() async {
        let server = ScriptedServer(.json(200, #"{"rights":"rw"}"#))
        #expect(await rights(claims(), asking: server.url, authorizer: Reading()) == .read)
        #expect(server.requests.isEmpty)
    }

    @Test("Where there is nobody to ask, the policy decides")
    func policy() async {
        #expect(await rights(claims()) == [.read, .write])
    }
}
