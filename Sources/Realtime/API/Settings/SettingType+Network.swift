extension SettingType where Value == HostAndPort {
    /// `127.0.0.1:9000`, `[::1]:9000`.
    static var hostAndPort: SettingType {
        SettingType(
            placeholder: "HOST:PORT", expectation: "a host and a port such as 127.0.0.1:9000", form: .value,
            parse: { text in
                guard let colon = text.lastIndex(of: ":"),
                    let port = SettingType<Int>.number(0...65_535).parse(
                        String(text[text.index(after: colon)...]))
                else { return nil }
                var host = text[..<colon]
                let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
                if isBracketed { host = host.dropFirst().dropLast() }
                // Without brackets nobody can tell where an IPv6 address ends.
                guard isBracketed == host.contains(":") else { return nil }
                return SettingType<String>.host.parse(String(host)).map { HostAndPort(host: $0, port: port) }
            },
            format: { $0.host.contains(":") ? "[\($0.host)]:\($0.port)" : "\($0.host):\($0.port)" })
    }
}

extension SettingType where Value == String {
    /// The address of something that is asked over HTTP.
    static var httpURL: SettingType {
        SettingType(
            placeholder: "URL", expectation: "an address such as https://app.example.com/authorize",
            form: .value,
            parse: { text in
                let isPrintable = text.utf8.allSatisfy { byte in
                    byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "#") && byte != UInt8(ascii: "\\")
                }
                guard isPrintable, let scheme = ["http://", "https://"].first(where: { text.hasPrefix($0) })
                else { return nil }
                let authority = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" }
                return WebOrigin(scheme + authority) == nil ? nil : text
            },
            format: { $0 })
    }

    /// Where a page may come from.
    static var origin: SettingType {
        SettingType(
            placeholder: "ORIGIN", expectation: "an origin such as https://app.example.com, or * for any",
            form: .value,
            parse: { text in
                do throws(OriginPolicy.Invalid) {
                    return try OriginPolicy(text) == .sameOrigin ? nil : text.filter { $0 != " " }
                } catch {
                    return nil
                }
            },
            format: { $0 })
    }

    /// An address, or a network of addresses.
    static var network: SettingType {
        SettingType(
            placeholder: "ADDRESS", expectation: "an address or a network such as 10.0.0.0/8", form: .value,
            parse: { text in
                do throws(TrustedProxies.Invalid) {
                    return try TrustedProxies(text) == TrustedProxies() ? nil : text.filter { $0 != " " }
                } catch {
                    return nil
                }
            },
            format: { $0 })
    }
}
