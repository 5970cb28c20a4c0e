import Testing

@testable import Realtime

/// A log into memory whose clock stands at 2026-01-02T03:04:05.678Z.
private func capture(_ style: LogStyle, level: Log.Level = .debug) -> (log: Log, captured: CapturedLines) {
    let captured = CapturedLines()
    return (Log(level: level, style: style, sink: captured, time: ManualTime().source), captured)
}

@Suite("Log")
struct LogTests {
    @Test("a JSON line has time, level and event, then the fields with their types, in order")
    func json() {
        let (log, captured) = capture(.json)
        log.warning(
            "connection refused",
            [
                "reason": "too many", "address": .string("127.0.0.1:5555"), "open": 19_000,
                "load": 0.5, "tls": false, "took": .duration(.microseconds(12_340)),
            ])
        #expect(
            captured.lines == [
                #"{"time":"2026-01-02T03:04:05.678Z","level":"warning","event":"connection refused","#
                    + #""reason":"too many","address":"127.0.0.1:5555","open":19000,"load":0.5,"#
                    + #""tls":false,"took_ms":12.34}"#
            ])
    }

    @Test("a text line has columns, and quotes only where it must")
    func text() {
        let (log, captured) = capture(.text(coloured: false))
        log.info(
            "listening",
            ["host": "127.0.0.1", "port": 8765, "note": "a b", "empty": "", "took": .duration(.seconds(2))])
        log.error("out of descriptors")
        #expect(
            captured.lines == [
                "2026-01-02T03:04:05.678Z INFO    listening                  "
                    + #"host=127.0.0.1 port=8765 note="a b" empty="" took=2000ms"#,
                "2026-01-02T03:04:05.678Z ERROR   out of descriptors",
            ])
    }

    @Test("colours stand around the words and change none of them")
    func coloured() {
        let (plain, plainLines) = capture(.text(coloured: false))
        let (coloured, colouredLines) = capture(.text(coloured: true))
        for log in [plain, coloured] { log.warning("slow reader", ["bytes": 7]) }
        #expect(colouredLines.lines[0].contains("\u{1B}[33mWARNING\u{1B}[0m"))
        #expect(colouredLines.lines[0].replacing(/\u{1B}\[[0-9]+m/, with: "") == plainLines.lines[0])
    }

    @Test("text and colour for a person at a terminal, JSON for everybody else", arguments: [true, false])
    func automatic(allowsColour: Bool) {
        let terminal = LogStyle.Terminal(isTerminal: true, allowsColour: allowsColour)
        let pipe = LogStyle.Terminal(isTerminal: false, allowsColour: allowsColour)
        #expect(LogStyle(.auto, terminal: terminal) == .text(coloured: allowsColour))
        #expect(LogStyle(.auto, terminal: pipe) == .json)
        #expect(LogStyle(.text, terminal: pipe) == .text(coloured: false))
        #expect(LogStyle(.json, terminal: terminal) == .json)
    }

    @Test("below the level nothing is written and no field is computed", arguments: Log.Level.allCases)
    func levels(minimum: Log.Level) {
        let (log, captured) = capture(.json, level: minimum)
        var computed = 0
        func fields() -> Log.Fields {
            computed += 1
            return [:]
        }
        log.debug("d", fields())
        log.info("i", fields())
        log.warning("w", fields())
        log.error("e", fields())
        let expected = Log.Level.allCases.count { $0 >= minimum }
        #expect(computed == expected)
        #expect(captured.lines.count == expected)
    }

    @Test("a disabled log computes nothing")
    func disabled() {
        var computed = false
        func fields() -> Log.Fields {
            computed = true
            return [:]
        }
        Log.disabled.error("e", fields())
        #expect(!computed)
        #expect(Log.disabled.flush())
    }

    @Test("bound fields come first on every line")
    func bound() {
        let (log, captured) = capture(.json)
        let loop = log.with(["loop": 1]).with(["carrier": "websocket"])
        loop.info("opened", ["id": 7])
        log.info("idle")
        #expect(captured.lines[0].hasSuffix(#""event":"opened","loop":1,"carrier":"websocket","id":7}"#))
        #expect(captured.lines[1].hasSuffix(#""event":"idle"}"#))
    }

    @Test("a field can't pass for one of the keys that every line has")
    func reservedKeys() {
        let (log, captured) = capture(.json)
        log.info("e", ["level": "error", "time": 1, "event": "x"])
        #expect(captured.lines[0].hasSuffix(#""event":"e","level_":"error","time_":1,"event_":"x"}"#))
    }

    @Test("numbers that JSON does not have become null")
    func notFinite() {
        let (log, captured) = capture(.json)
        log.info("e", ["a": .number(.nan), "b": .number(.infinity)])
        #expect(captured.lines[0].hasSuffix(#""a":null,"b":null}"#))
    }

    @Test(
        "time spans are milliseconds with at most three decimals",
        arguments: [
            (.zero, "0"), (.milliseconds(5), "5"), (.microseconds(5), "0.005"), (.microseconds(1500), "1.5"),
            (.microseconds(-1500), "-1.5"), (.nanoseconds(999), "0"), (.seconds(61), "61000"),
        ] as [(Duration, String)])
    func durations(duration: Duration, text: String) {
        let (log, captured) = capture(.json)
        log.info("e", ["took": .duration(duration)])
        #expect(captured.lines[0].hasSuffix("\"took_ms\":\(text)}"))
    }
}

@Suite("Log escaping")
struct LogEscapingTests {
    /// What must not reach a terminal or a log reader as it is, and how it is written instead.
    static let hostile: [(String, String)] = [
        ("a\nb", #"a\nb"#), ("a\r\nb", #"a\r\nb"#), ("a\tb", #"a\tb"#), ("a\u{0}b", #"a\u0000b"#),
        ("\u{1B}[31mred", #"\u001b[31mred"#), ("a\u{7F}b", #"a\u007fb"#), ("a\u{9B}31m", #"a\u009b31m"#),
        ("a\u{2028}b", #"a\u2028b"#), ("\u{202E}txt", #"\u202etxt"#), ("\u{2066}x", #"\u2066x"#),
        ("say \"hi\"", #"say \"hi\""#), (#"back\slash"#, #"back\\slash"#),
    ]

    @Test("nothing ends the line, moves a cursor or turns the reading direction", arguments: hostile)
    func escapes(value: String, written: String) {
        for style in [LogStyle.json, .text(coloured: false)] {
            let (log, captured) = capture(style)
            log.info("e", ["value": .string(value)])
            #expect(captured.lines[0].contains("\"\(written)\""))
            #expect(!captured.lines[0].contains("\n"))
        }
    }

    @Test("other languages and symbols are written as they are")
    func unicode() {
        let (log, captured) = capture(.text(coloured: false))
        log.info("e", ["user": "Žofie", "mood": "👩‍🚀"])
        #expect(captured.lines[0].hasSuffix("user=Žofie mood=👩‍🚀"))
    }

    @Test("a value can't pass for another field")
    func fieldForgery() {
        let (log, captured) = capture(.text(coloured: false))
        log.info("e", ["path": "/a status=200", "key": "a=b"])
        #expect(captured.lines[0].hasSuffix(#"path="/a status=200" key="a=b""#))
    }

    @Test("a huge value is cut")
    func huge() {
        for style in [LogStyle.json, .text(coloured: false)] {
            let (log, captured) = capture(style)
            log.info("e", ["value": .string(String(repeating: "x", count: 1 << 20))])
            #expect(captured.lines[0].utf8.count < 2 * ByteBuffer.longestLogValue)
            #expect(captured.lines[0].contains("xxx…\""))
        }
    }
}
