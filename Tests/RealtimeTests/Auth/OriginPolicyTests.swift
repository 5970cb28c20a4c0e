import Testing

@testable import Realtime

@Suite("Origin policy")
struct OriginPolicyTests {
    private func allows(
        _ setting: String, _ origin: String?, host: String? = "app.example.com", forwarded: String? = nil
    ) throws -> Bool {
        try OriginPolicy(setting).allows(origin: origin, host: host, forwardedHost: forwarded)
    }

    @Test(
        "Without an Origin it is no browser, and every policy allows it",
        arguments: ["", "*", "https://x.example"])
    func noOrigin(setting: String) throws {
        #expect(try allows(setting, nil))
        #expect(try allows(setting, nil, host: nil))
    }

    @Test("By default the page must be from the request's own host and port")
    func sameOrigin() throws {
        #expect(try allows("", "https://app.example.com"))
        #expect(try allows("", "http://app.example.com"))
        #expect(try allows("", "https://APP.example.com", host: "app.EXAMPLE.com"))
        #expect(try allows("", "http://localhost:8765", host: "localhost:8765"))
        #expect(try allows("", "http://[::1]:8765", host: "[::1]:8765"))
        for other in [
            "https://example.com", "https://evil.example", "https://app.example.com.evil.example",
            "https://xapp.example.com", "https://app.example.com:8443", "http://app.example.com:443", "null",
            "",
            "app.example.com", "https://app.example.com/", "https://app.example.com@evil.example",
            "https://evil.example, https://app.example.com", "https://",
        ] {
            #expect(try !allows("", other), "\(other)")
        }
        #expect(try !allows("", "https://app.example.com", host: nil))
        #expect(try !allows("", "http://localhost:8765", host: "localhost:8766"))
    }

    @Test("The port that the scheme implies may be written or not")
    func impliedPorts() throws {
        #expect(try allows("", "https://app.example.com", host: "app.example.com:443"))
        #expect(try allows("", "http://app.example.com", host: "app.example.com:80"))
        #expect(try allows("", "http://app.example.com:80", host: "app.example.com"))
        #expect(try !allows("", "https://app.example.com", host: "app.example.com:80"))
        #expect(try allows("https://app.example.com:443", "https://app.example.com", host: "x"))
    }

    @Test("Behind a trusted proxy the host that it forwards counts instead, the first of several")
    func forwarded() throws {
        #expect(
            try allows("", "https://app.example.com", host: "10.0.0.7:8765", forwarded: "app.example.com"))
        #expect(try allows("", "https://app.example.com", host: "inner", forwarded: "app.example.com, inner"))
        #expect(try !allows("", "https://inner", host: "inner", forwarded: "app.example.com"))
        #expect(
            try !allows("", "https://evil.example", host: "app.example.com", forwarded: "app.example.com"))
    }

    @Test("A list allows what is on it, and the request's own host only if it is on it")
    func listed() throws {
        let list = "https://app.example.com, http://localhost:3000/"
        #expect(try allows(list, "https://app.example.com", host: "api.example.com"))
        #expect(try allows(list, "http://localhost:3000"))
        #expect(try !allows(list, "http://localhost:3001"))
        #expect(try !allows(list, "http://app.example.com"), "another scheme is another origin")
        #expect(try !allows(list, "https://api.example.com", host: "api.example.com"))
        #expect(try !allows(list, "null"))
    }

    @Test("A star allows any, also null")
    func any() throws {
        #expect(try allows("*", "https://evil.example"))
        #expect(try allows("*", "null"))
        #expect(try allows("https://a.example,*", "https://b.example"))
    }

    @Test(
        "An entry that is no origin is refused, and named",
        arguments: [
            "app.example.com", "https://app.example.com/path", "https://*.example.com", "null", "https://",
        ])
    func invalid(entry: String) {
        #expect(throws: OriginPolicy.Invalid(entry: entry)) {
            try OriginPolicy("https://ok.example,\(entry)")
        }
    }
}

@Suite("Trusted proxies")
struct TrustedProxiesTests {
    private func v4(_ text: String) -> TrustedProxies.Address {
        let parts = text.split(separator: ".").compactMap { UInt64($0) }
        return .init(high: 0, low: 0xFFFF_0000_0000 | parts.reduce(0) { $0 << 8 | $1 })
    }

    @Test("Nobody is trusted by default")
    func nobody() throws {
        #expect(!TrustedProxies().contains(v4("127.0.0.1")))
        #expect(try !TrustedProxies(" , ").contains(v4("127.0.0.1")))
    }

    @Test("Addresses and networks of both families")
    func networks() throws {
        let proxies = try TrustedProxies("127.0.0.1, 10.0.0.0/8,192.168.1.128/25,::1,fd00:1234::/32")
        for trusted in ["127.0.0.1", "10.0.0.1", "10.255.255.255", "192.168.1.128", "192.168.1.255"] {
            #expect(proxies.contains(v4(trusted)), "\(trusted)")
        }
        for other in ["127.0.0.2", "11.0.0.0", "9.255.255.255", "192.168.1.127", "192.168.2.128"] {
            #expect(!proxies.contains(v4(other)), "\(other)")
        }
        #expect(proxies.contains(.init(high: 0, low: 1)))
        #expect(!proxies.contains(.init(high: 0, low: 2)))
        #expect(proxies.contains(.init(high: 0xFD00_1234_FFFF_0000, low: 9)))
        #expect(!proxies.contains(.init(high: 0xFD00_1235_0000_0000, low: 9)))
    }

    @Test("All of a family by a network of no bits, and of IPv4 only IPv4")
    func everybody() throws {
        #expect(try TrustedProxies("0.0.0.0/0").contains(v4("8.8.8.8")))
        #expect(try !TrustedProxies("0.0.0.0/0").contains(.init(high: 1, low: 1)))
        #expect(try TrustedProxies("::/0").contains(.init(high: 1, low: 1)))
    }

    @Test(
        "What is neither is refused",
        arguments: [
            "proxy", "10.0.0.0/33", "::1/129", "10.0.0.0/", "10.0.0/8", "10.0.0.0/-1", "10.0.0.0/8/8",
        ])
    func invalid(entry: String) {
        #expect(throws: TrustedProxies.Invalid(entry: entry)) { try TrustedProxies("::1,\(entry)") }
    }
}
