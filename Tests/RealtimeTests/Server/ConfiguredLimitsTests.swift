import Handlers
import Testing

@testable import Realtime

@Suite("Limits from the configuration")
struct ConfiguredLimitsTests {
    @Test("a connection's rates and a user's are each their own")
    func rates() {
        var rates = ServerConfiguration.Rates()
        rates.messages = MessageRate(perSecond: 1, burst: 2)
        rates.publishes = MessageRate(perSecond: 3, burst: 4)
        rates.queries = MessageRate(perSecond: 5, burst: 6)
        rates.userMessages = MessageRate(perSecond: 7, burst: 8)
        let connection = RateLimits(connection: rates)
        #expect(connection.messages == RateLimit(perSecond: 1, burst: 2))
        #expect(connection.publishes == RateLimit(perSecond: 3, burst: 4))
        #expect(connection.queries == RateLimit(perSecond: 5, burst: 6))
        let user = RateLimits(user: rates)
        #expect(user.messages == RateLimit(perSecond: 7, burst: 8))
        #expect(user.publishes == nil && user.queries == nil)
    }

    @Test("no rate is no limit")
    func unlimited() {
        var rates = ServerConfiguration.Rates()
        rates.messages = nil
        rates.userMessages = nil
        #expect(RateLimits(connection: rates).messages == nil)
        #expect(RateLimits(user: rates).messages == nil)
    }

    @Test("a room keeps what the configuration says")
    func history() {
        var rooms = ServerConfiguration.Rooms()
        rooms.historyCount = 3
        rooms.historyBytes = 4
        rooms.historyAge = .seconds(5)
        let limits = RoomHistory.Limits(rooms)
        #expect(limits.count == 3 && limits.bytes == 4 && limits.age == .seconds(5))
    }

    @Test("origins and proxies are those of the list; without one nobody else is let in or believed")
    func access() throws {
        var access = ServerConfiguration.Access()
        #expect(try OriginPolicy(access) == .sameOrigin)
        #expect(try TrustedProxies(access) == TrustedProxies())
        access.origins = ["https://a", "http://b:3000"]
        access.trustedProxies = ["10.0.0.0/8", "::1"]
        #expect(try OriginPolicy(access) == OriginPolicy("https://a,http://b:3000"))
        #expect(try TrustedProxies(access) == TrustedProxies("10.0.0.0/8,::1"))
    }

    @Test("a program that configures what is no origin or proxy is told at the start")
    func invalid() async {
        var configuration = ServerConfiguration.onFreePort
        configuration.access.origins = ["example.com"]
        let error = await #expect(throws: ServerError.self) {
            try await RealtimeServer.start(configuration, handlers: .builtIn(), log: .disabled)
        }
        #expect(error?.code == .badConfiguration)
        #expect(error?.message.hasPrefix("origins: 'example.com' is no origin") == true)

        var access = ServerConfiguration.Access()
        access.trustedProxies = ["proxy"]
        let refusal = #expect(throws: ServerError.self) { try TrustedProxies(access) }
        #expect(refusal?.code == .badConfiguration)
    }
}
