// What the parts below are told about limits, from the configuration.

extension RateLimits {
    /// Those of one connection.
    init(connection rates: ServerConfiguration.Rates) {
        self.init(
            messages: rates.messages.map(RateLimit.init), publishes: rates.publishes.map(RateLimit.init),
            queries: rates.queries.map(RateLimit.init))
    }

    /// Those of one user, over all connections.
    init(user rates: ServerConfiguration.Rates) {
        self.init(messages: rates.userMessages.map(RateLimit.init))
    }
}

extension RateLimit {
    init(_ rate: MessageRate) {
        self.init(perSecond: rate.perSecond, burst: rate.burst)
    }
}

extension RoomHistory.Limits {
    /// What one room keeps.
    init(_ rooms: ServerConfiguration.Rooms) {
        self.init(count: rooms.historyCount, bytes: rooms.historyBytes, age: rooms.historyAge)
    }
}

extension OriginPolicy {
    /// Which pages may connect. Only a configuration that no table has read can have an origin that is none.
    init(_ access: ServerConfiguration.Access) throws(ServerError) {
        do throws(Invalid) {
            try self.init(access.origins.joined(separator: ","))
        } catch {
            throw ServerError(code: .badConfiguration, message: "origins: \(error)")
        }
    }
}

extension TrustedProxies {
    /// Whose word about a request is believed. The same is true of these.
    init(_ access: ServerConfiguration.Access) throws(ServerError) {
        do throws(Invalid) {
            try self.init(access.trustedProxies.joined(separator: ","))
        } catch {
            throw ServerError(code: .badConfiguration, message: "trusted-proxies: \(error)")
        }
    }
}
