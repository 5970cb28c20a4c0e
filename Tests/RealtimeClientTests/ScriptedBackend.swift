import Foundation
import ScriptedServer
import Synchronization

@testable import RealtimeClient

/// A client of a scripted server, whose clock goes on only by the client's own pauses.
struct ScriptedBackend {
    let server: ScriptedServer
    let realtime: RealtimeClient
    let time = TestTime()

    init(
        _ answers: [ScriptedAnswer], settings: RealtimeClient.Settings = .init(), token: String = "the-token"
    ) throws {
        server = ScriptedServer(answers)
        realtime = try RealtimeClient(url: server.url, settings: settings, pauses: time.pauses) { token }
    }

    init(_ answer: ScriptedAnswer, token: String = "the-token") throws {
        try self.init([answer], token: token)
    }

    /// The lines that begin the requests so far, without the protocol's name at the end.
    var calls: [String] {
        server.requests.map { $0.line.replacing(" HTTP/1.1", with: "") }
    }

    /// The last request's body.
    var body: [String: JSON] {
        get throws {
            try JSONDecoder().decode([String: JSON].self, from: Data(server.requests.last?.body ?? []))
        }
    }
}

/// Time that goes on when somebody waits, and chance that is always the same.
final class TestTime: Sendable {
    private let waits = Mutex<[Duration]>([])

    /// How long was waited each time.
    var pausesTaken: [Duration] { waits.withLock { $0 } }

    var pauses: Pauses {
        Pauses(
            now: { self.waits.withLock { $0.reduce(.zero, +) } },
            wait: { duration in self.waits.withLock { $0.append(duration) } },
            chance: { 1 })
    }
}

/// A JSON value.
enum JSON: Decodable, Equatable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    case string(String)
    case int(Int)
    case bool(Bool)
    case array([JSON])
    case object([String: JSON])

    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .int(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(arrayLiteral elements: JSON...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Dictionary(uniqueKeysWithValues: elements))
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .int(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .array(value)
        } else {
            self = try .object(container.decode([String: JSON].self))
        }
    }

    var string: String? {
        if case .string(let value) = self { value } else { nil }
    }
}

/// The error of a call that has to fail.
func refusal<Success>(of call: () async throws(RealtimeClientError) -> Success) async -> RealtimeClientError?
{
    do {
        _ = try await call()
        return nil
    } catch {
        return error
    }
}
