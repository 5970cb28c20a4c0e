import RealtimeEvents
import Testing

@testable import Realtime

/// Takes an event of any type; for tables and registries that never call it.
private struct Named<Event: RealtimeEvent>: EventHandler {
    let name: String
    var effect = EventEffect.publishes

    func handle(_ event: Event, in context: EventContext) async throws {}
}

/// Event types with names as the tests need them.
private protocol Empty: RealtimeEvent {}

private struct Alpha: Empty { static let eventType = "alpha" }
private struct Gamma: Empty { static let eventType = "gamma" }
private struct Blank: Empty { static let eventType = "" }
private struct Spaced: Empty { static let eventType = "two words" }
private struct Dashed: Empty { static let eventType = "two-words" }
private struct Long: Empty { static let eventType = String(repeating: "a", count: 65) }
private struct Longest: Empty { static let eventType = String(repeating: "a", count: 64) }
private struct Accented: Empty { static let eventType = "caf\u{E9}" }
private struct Auth: Empty { static let eventType = "auth" }
private struct Ack: Empty { static let eventType = "ack" }
private struct Joined: Empty { static let eventType = "room_joined" }

@Suite("Route table and registry")
struct RouteTableTests {
    private let registry = HandlerRegistry()

    private func names(of type: String) -> [String]? {
        ExactText(type).withUTF8 { registry.plan(for: $0)?.route.entries.map(\.name) }
    }

    @Test("a type's handlers are found by its name, and no other's")
    func lookUp() throws {
        try registry.register(Named<Alpha>(name: "a"))
        try registry.register(Named<Gamma>(name: "g"))
        #expect(names(of: "alpha") == ["a"])
        #expect(names(of: "gamma") == ["g"])
        for other in ["", "alph", "alphaa", "Alpha", "delta", String(repeating: "a", count: 65)] {
            #expect(names(of: other) == nil)
        }
    }

    @Test("handlers of one type stand in their order, and of one order as they came")
    func order() throws {
        try registry.register(Named<Alpha>(name: "second"), order: 0)
        try registry.register(Named<Alpha>(name: "last"), order: 10)
        try registry.register(Named<Alpha>(name: "first"), order: -5)
        try registry.register(Named<Gamma>(name: "other"), order: -1)
        try registry.register(Named<Alpha>(name: "third"), order: 0)
        #expect(names(of: "alpha") == ["first", "second", "third", "last"])
        #expect(registry.handlers.map(\.name) == ["first", "other", "second", "third", "last"])
        #expect(registry.handlers.map(\.order) == [-5, -1, 0, 0, 10])
    }

    @Test("a name is taken once for each type")
    func names() throws {
        try registry.register(Named<Alpha>(name: "a"))
        try registry.register(Named<Gamma>(name: "a"))
        #expect(throws: HandlerRegistry.RegistrationError.nameTaken("a")) {
            try registry.register(Named<Alpha>(name: "a"), order: 5)
        }
        #expect(registry.handlers.count == 2)
    }

    @Test("types that are no snake_case, too long, or none, are refused by name")
    func badTypes() throws {
        func refused(_ handler: some EventHandler, _ type: String) {
            #expect(throws: HandlerRegistry.RegistrationError.badEventType(type)) {
                try registry.register(handler)
            }
        }
        refused(Named<Blank>(name: "x"), "")
        refused(Named<Spaced>(name: "x"), "two words")
        refused(Named<Dashed>(name: "x"), "two-words")
        refused(Named<Long>(name: "x"), String(repeating: "a", count: 65))
        refused(Named<Accented>(name: "x"), "caf\u{E9}")
        try registry.register(Named<Longest>(name: "x"))
        #expect(names(of: String(repeating: "a", count: 64)) == ["x"])
    }

    @Test("types that only the server sends are refused by name")
    func reserved() {
        func refused(_ handler: some EventHandler, _ type: String) {
            #expect(throws: HandlerRegistry.RegistrationError.reservedEventType(type)) {
                try registry.register(handler)
            }
        }
        refused(Named<Auth>(name: "x"), "auth")
        refused(Named<Ack>(name: "x"), "ack")
        refused(Named<Joined>(name: "x"), "room_joined")
        #expect(registry.handlers.isEmpty)
    }

    @Test("handlers can be switched off and on, and a type without any is nobody's")
    func enabling() throws {
        try registry.register(Named<Alpha>(name: "a"))
        try registry.register(Named<Alpha>(name: "b"))
        let route = try #require(ExactText("alpha").withUTF8 { registry.plan(for: $0)?.route })
        #expect(registry.setEnabled(false, handler: "a"))
        #expect(!route.isEmpty)
        #expect(registry.handlers.map(\.isEnabled) == [false, true])
        #expect(registry.setEnabled(false, handler: "b"))
        #expect(route.isEmpty)
        #expect(registry.setEnabled(true, handler: "a"))
        #expect(!route.isEmpty)
        #expect(!registry.setEnabled(true, handler: "nobody"))
    }

    @Test("a type publishes when one of its handlers does")
    func effect() throws {
        try registry.register(Named<Alpha>(name: "a", effect: .answers))
        let before = ExactText("alpha").withUTF8 { registry.plan(for: $0)?.route.effect }
        #expect(before == .answers)
        try registry.register(Named<Alpha>(name: "b", effect: .publishes))
        let after = ExactText("alpha").withUTF8 { registry.plan(for: $0)?.route.effect }
        #expect(after == .publishes)
    }

    @Test("the errors say what to do")
    func words() {
        let errors: [HandlerRegistry.RegistrationError] = [
            .badEventType("x y"), .reservedEventType("auth"), .nameTaken("a"),
        ]
        #expect(
            errors.map(\.description) == [
                "'x y' is no event type: write snake_case, at most 64 characters",
                "events of type 'auth' are the server's own", "there is a handler 'a' already",
            ])
    }
}
