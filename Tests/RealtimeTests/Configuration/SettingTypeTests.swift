import Testing

@testable import Realtime

@Suite("Setting types")
struct SettingTypeTests {
    @Test(
        "sizes are bytes with a binary unit or none",
        arguments: [
            ("0", 0), ("1", 1), ("65536", 65_536), ("125B", 125), ("64KiB", 65_536), ("1MiB", 1 << 20),
            ("4GiB", 4 << 30),
        ])
    func sizes(text: String, bytes: Int) {
        #expect(SettingType.size(0...(4 << 30)).parse(text) == bytes)
    }

    @Test(
        "what is not a size is refused",
        arguments: [
            "", " 1", "1 ", "1 KiB", "64kb", "64KB", "64k", "64kib", "-1", "+1", "1.5MiB", "0x10", "KiB",
            "1e3",
            "1_000", "١", "9223372036854775807GiB", "99999999999999999999", "5GiB",
        ])
    func badSizes(text: String) {
        #expect(SettingType.size(0...(4 << 30)).parse(text) == nil)
    }

    @Test(
        "times have a unit",
        arguments: [
            ("250ms", .milliseconds(250)), ("0s", .zero), ("5s", .seconds(5)), ("10m", .seconds(600)),
            ("24h", .seconds(86_400)),
        ] as [(String, Duration)])
    func durations(text: String, duration: Duration) {
        #expect(SettingType.duration(.zero ... .seconds(86_400)).parse(text) == duration)
    }

    @Test(
        "what is not a time is refused",
        arguments: [
            "", "5", "0", "1.5s", "-5s", "5 s", "5S", "5sec", "1h30m", "s", "25h", "9223372036854775807h",
        ])
    func badDurations(text: String) {
        #expect(SettingType.duration(.zero ... .seconds(86_400)).parse(text) == nil)
    }

    @Test("the ends of a range belong to it", arguments: [("0", nil), ("1", 1), ("9", 9), ("10", nil)])
    func ranges(text: String, number: Int?) {
        #expect(SettingType.number(1...9).parse(text) == number)
    }

    @Test("values are written with the largest unit that fits, and can be read again")
    func formats() {
        let size = SettingType.size(0...Int.max)
        for (bytes, text) in [
            (0, "0B"), (125, "125B"), (1024, "1KiB"), (1536, "1536B"), (1 << 20, "1MiB"), (17 << 20, "17MiB"),
        ] {
            #expect(size.format(bytes) == text)
            #expect(size.parse(text) == bytes)
        }
        let duration = SettingType.duration(.zero ... .seconds(1_000_000))
        for (milliseconds, text) in [
            (0, "0ms"), (250, "250ms"), (1000, "1s"), (1500, "1500ms"), (60_000, "1m"), (90_000, "90s"),
            (86_400_000, "24h"),
        ] {
            #expect(duration.format(.milliseconds(milliseconds)) == text)
            #expect(duration.parse(text) == .milliseconds(milliseconds))
        }
    }

    @Test("a word or nothing stands for no value")
    func optional() {
        let type = SettingType.optional("unlimited", .number(1...9))
        #expect(type.parse("unlimited") == .some(nil))
        #expect(type.parse("") == .some(nil))
        #expect(type.parse("3") == 3)
        #expect(type.parse("0") == nil)
        #expect(type.parse("none") == nil)
        #expect(type.format(nil) == "unlimited")
        #expect(type.format(3) == "3")
    }

    @Test("a list is all right or refused")
    func list() {
        let type = SettingType.list(of: .number(1...9))
        #expect(type.parse("") == [])
        #expect(type.parse("1,2,3") == [1, 2, 3])
        #expect(type.parse("1,,3") == nil)
        #expect(type.parse("1,2x") == nil)
        #expect(type.format([1, 2]) == "1,2")
    }

    @Test("switches know true and false alone", arguments: ["yes", "on", "TRUE", "", "2", "True"])
    func toggles(text: String) {
        #expect(SettingType.toggle.parse(text) == nil)
        #expect(SettingType.toggle.parse("true") == true)
        #expect(SettingType.toggle.parse("0") == false)
    }

    @Test(
        "a path begins with a slash and is only a path",
        arguments: ["", "echo", "/a b", "/a?b", "/a#b", "/ü"])
    func paths(text: String) {
        #expect(SettingType.path.parse(text) == nil)
        #expect(SettingType.path.parse("/echo/1") == "/echo/1")
    }

    @Test(
        "hosts are plausible names and addresses", arguments: ["", "a b", "http://a", "[::1]", "a\nb", "a/b"])
    func hosts(text: String) {
        #expect(SettingType.host.parse(text) == nil)
        for good in ["127.0.0.1", "::1", "fe80::1%eth0", "example.org", "localhost"] {
            #expect(SettingType.host.parse(good) == good)
        }
    }
}

@Suite("Setting types of addresses and rates")
struct AddressSettingTypeTests {
    @Test(
        "a host and a port",
        arguments: [
            ("127.0.0.1:9000", "127.0.0.1", 9000), ("localhost:0", "localhost", 0),
            ("[::1]:65535", "::1", 65_535),
        ])
    func hostAndPort(text: String, host: String, port: Int) {
        let type = SettingType.hostAndPort
        #expect(type.parse(text) == HostAndPort(host: host, port: port))
        #expect(type.parse(text).map(type.format) == text)
    }

    @Test(
        "what is not a host and a port is refused",
        arguments: [
            "", ":9000", "localhost", "localhost:", "localhost:65536", "localhost:-1", "::1:9000", "[::1]",
            "[localhost]:1", "[]:1", "a b:1", "http://a:1",
        ])
    func badHostAndPort(text: String) {
        #expect(SettingType.hostAndPort.parse(text) == nil)
    }

    @Test(
        "an address of HTTP is taken as it is",
        arguments: ["http://a", "https://app.example:8443/may?x=%20", "http://[::1]:80/"])
    func httpURL(text: String) {
        #expect(SettingType.httpURL.parse(text) == text)
    }

    @Test(
        "what is no address of HTTP, or has a password or a fragment in it, is refused",
        arguments: [
            "", "a", "ftp://a", "http://", "http:///x", "http://user:secret@a/", "http://a/#x", "http://a/ b",
            "http://a\\b", "HTTP//a", "http://é",
        ])
    func badHTTPURL(text: String) {
        #expect(SettingType.httpURL.parse(text) == nil)
    }

    @Test("origins are told by scheme and host; blanks around them go")
    func origins() {
        let origins = SettingType.list(of: .origin, none: "same-origin")
        #expect(origins.parse("https://a, http://b:3000") == ["https://a", "http://b:3000"])
        #expect(origins.parse("*") == ["*"])
        #expect(origins.parse("same-origin") == [])
        #expect(origins.parse("") == [])
        #expect(origins.format([]) == "same-origin")
        for text in ["a", "https://a/path", " ", ",", "same-origin,https://a"] {
            #expect(origins.parse(text) == nil)
        }
    }

    @Test("proxies are addresses and networks")
    func networks() {
        let proxies = SettingType.list(of: .network, none: "none")
        #expect(proxies.parse("10.0.0.0/8,::1") == ["10.0.0.0/8", "::1"])
        #expect(proxies.parse("none") == [])
        for text in ["a", "10.0.0.0/33", "10.0.0", " "] { #expect(proxies.parse(text) == nil) }
    }

    @Test(
        "a rate is messages a second and at once, one number for both, or no limit",
        arguments: [
            ("100/200", MessageRate(perSecond: 100, burst: 200)), ("5", MessageRate(perSecond: 5, burst: 5)),
            ("0", nil),
        ])
    func rates(text: String, rate: MessageRate?) {
        #expect(SettingType.rate.parse(text) == .some(rate))
        #expect(SettingType.rate.parse(SettingType.rate.format(rate)) == .some(rate))
    }

    @Test(
        "what is no rate is refused",
        arguments: ["", "/", "1/", "/1", "0/1", "1/0", "1/2/3", "-1", "1000001", "1/1000001", "1.5", "1 / 2"])
    func badRates(text: String) {
        #expect(SettingType.rate.parse(text) == nil)
    }
}
