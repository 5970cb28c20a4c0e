import Handlers
import Realtime

/// Somebody rolls a die …
struct DiceRoll: RealtimeEvent {
    static let eventType = "dice_roll"
    var sides: Int
}

/// … and everybody in the room sees what came up.
struct DiceRolled: RealtimeEvent {
    static let eventType = "dice_rolled"
    var result: Int
}

struct DiceHandler: EventHandler {
    func handle(_ event: DiceRoll, in context: EventContext) async throws {
        guard (2...100).contains(event.sides) else {
            throw RealtimeError(.malformed, "sides must be 2 to 100")
        }
        let room = try context.requiredRoom()
        try await context.requirePublishing(in: room)
        try await context.publish(DiceRolled(result: .random(in: 1...event.sides)), to: room, asSender: true)
    }
}

var configuration = ServerConfiguration()
configuration.isDevelopment = true
let handlers = HandlerRegistry.builtIn()
try handlers.register(DiceHandler())
let server = try await RealtimeServer.start(configuration, handlers: handlers)
print("hello-room listens on \(server.url)")
for await event in server.events { print(event) }
