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
