import Testing

@testable import Realtime

@Suite("Revocations are kept", .timeLimit(.minutes(10)))
struct StoredRevocationTests {
    @Test("a user and a token that were revoked stay so after a restart, and others come in")
    func restart() async throws {
        try await withDatabase { database in
            let configure = { @Sendable (configuration: inout ServerConfiguration) in
                configuration.storage.database = HiddenText(database.connectionString)
            }
            let tokens = Locked<[String]>([])
            try await withHouse(.webSocket, configure) { house in
                try house.waitForDatabase()
                tokens.withLock { $0 = [] }
                for (user, id) in [("ada", "1"), ("bob", "2"), ("cleo", "3")] as [(UserID, String)] {
                    let token = try house.token(user, id: id)
                    tokens.withLock { $0.append(token) }
                }
                _ = try house.run { try await $0.revoke(user: "ada", until: nil) }
                _ = try house.run { try await $0.revoke(tokenID: ExactText("2"), until: nil) }
            }
            try await withHouse(.webSocket, configure) { house in
                let tokens = tokens.withLock { $0 }
                #expect(throws: (any Error).self) { try house.connect(token: tokens[0]) }
                #expect(throws: (any Error).self) { try house.connect(token: tokens[1]) }
                _ = try house.connect(token: tokens[2])
            }
        }
    }
}
