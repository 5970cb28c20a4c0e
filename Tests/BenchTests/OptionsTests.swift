import Testing

@testable import realtime_bench

@Suite("The command line")
struct OptionsTests {
    private func parse(_ line: String) throws(UsageError) -> Options {
        try Options(arguments: line.split(separator: " ").map(String.init))
    }

    @Test("each scenario has the numbers that it is known by")
    func defaults() throws {
        #expect(try parse("echo ws://127.0.0.1:1/e").connections == 500)
        #expect(try parse("idle ws://127.0.0.1:1/e").connections == 19_000)
        #expect(try parse("storm ws://127.0.0.1:1/e").connections == 10_000)
        let fanout = try parse("fanout ws://127.0.0.1:1/{room}")
        #expect((fanout.rooms, fanout.members, fanout.connections) == (1, 1000, 1000))
        let rooms = try parse("rooms ws://127.0.0.1:1/{room}")
        #expect((rooms.rooms, rooms.members, rooms.connections) == (1000, 10, 10_000))
    }

    @Test("the scenarios with notifications have theirs")
    func notificationDefaults() throws {
        let token = "--service-token-file /proc/self/comm"
        let enqueue = try parse("enqueue http://127.0.0.1:1 \(token)")
        #expect((enqueue.notifications.callers, enqueue.notifications.users) == (200, 10_000))
        #expect((enqueue.connections, enqueue.rate, enqueue.notifications.idempotent) == (0, nil, false))
        #expect(!enqueue.notifications.token.isEmpty)

        let pages = try parse("pages http://127.0.0.1:1 \(token) --users 5")
        #expect((pages.notifications.callers, pages.notifications.users) == (1, 5))

        let inbox = try parse("inbox ws://127.0.0.1:1/ws?token={token} \(token) --token-file /proc/self/comm")
        #expect((inbox.connections, inbox.notifications.callers, inbox.rate) == (1, 16, 200))
        let storm = try parse(
            "inbox-storm ws://127.0.0.1:1/ws?token={token} \(token) --token-file /proc/self/comm "
                + "--connections 1 --pending 3")
        #expect((storm.connections, storm.concurrency, storm.notifications.pending) == (1, 1, 3))
    }

    @Test("flags set what they name")
    func flags() throws {
        let options = try parse(
            "echo ws://localhost:80/p?q={connection} --connections 7 --outstanding 3 --size 300 --warmup 0s "
                + "--duration 250ms --threads 2 --pin 1 --server-pid 5 --json")
        #expect(options.target.address == 0x7F00_0001)
        #expect(options.target.path == "/p?q={connection}")
        #expect((options.connections, options.outstanding, options.size) == (7, 3, 300))
        #expect((options.warmup, options.duration) == (0, 250 * Clock.millisecond))
        #expect((options.threads, options.pin, options.serverPID, options.json) == (2, 1, 5, true))
    }

    @Test(
        "a command line that makes no sense is refused",
        arguments: [
            "", "dance ws://127.0.0.1:1/", "echo", "echo --json", "echo http://127.0.0.1:1/",
            "echo ws://127.0.0.1/", "echo ws://127.0.0.1:0/", "echo ws://127.0.0.1:99999/",
            "echo ws://10.0.0.1:80/", "echo ws://example.org:80/", "echo ws://127.0.0.256:80/",
            "echo ws://127.0.0.1:1/ --speed 9", "echo ws://127.0.0.1:1/ --size",
            "echo ws://127.0.0.1:1/ --size 10",
            "echo ws://127.0.0.1:1/ --size x", "echo ws://127.0.0.1:1/ --connections 0",
            "echo ws://127.0.0.1:1/ --duration 5", "echo ws://127.0.0.1:1/ --duration 0s",
            "echo ws://127.0.0.1:1/ --duration 99999m",
            "echo ws://127.0.0.1:1/ --duration 9999999999999999999s",
            "echo ws://127.0.0.1:1/ --rate 5 --outstanding 2", "idle ws://127.0.0.1:1/ --rate 5",
            "echo ws://127.0.0.1:1/ --rooms 5", "fanout ws://127.0.0.1:1/ --connections 5",
            "fanout ws://127.0.0.1:1/ --threads 2", "fanout ws://127.0.0.1:1/ --dialect klingon",
            "fanout ws://127.0.0.1:1/ --deliver some", "echo ws://127.0.0.1:1/{token}",
            "echo ws://127.0.0.1:1/ --token-file /nonexistent",
            "enqueue http://127.0.0.1:1",
            "enqueue ws://127.0.0.1:1 --service-token-file /proc/self/comm",
            "enqueue http://127.0.0.1:1 --service-token-file /proc/self/comm --connections 5",
            "enqueue http://127.0.0.1:1 --service-token-file /proc/self/comm --threads 2",
            "enqueue http://127.0.0.1:1 --service-token-file /proc/self/comm --outstanding 2",
            "enqueue http://127.0.0.1:1 --service-token-file /proc/self/comm --size 20000",
            "enqueue http://127.0.0.1:1 --service-token-file /proc/self/comm --size 50",
            "pages http://127.0.0.1:1 --service-token-file /proc/self/comm --rate 5",
            "inbox ws://127.0.0.1:1/ --service-token-file /proc/self/comm",
            "inbox ws://127.0.0.1:1/ --service-token-file /proc/self/comm --token-file /proc/self/comm "
                + "--connections 2",
            "inbox-storm ws://127.0.0.1:1/ --service-token-file /proc/self/comm --token-file /proc/self/comm "
                + "--connections 1 --rate 5",
        ])
    func refuses(line: String) {
        #expect(throws: UsageError.self) { try parse(line) }
    }

    @Test("usage errors exit with 2, a server that is not there with 1")
    func exitCodes() {
        #expect(Command.run(["echo", "ws://10.0.0.1:80/"]) == 2)
        #expect(Command.run(["echo", "ws://127.0.0.1:1/", "--connections", "1"]) == 1)
    }

    @Test("help names every scenario and every flag")
    func help() {
        for scenario in Scenario.allCases { #expect(Help.text.contains("  \(scenario.rawValue) ")) }
        for flag in Options.flags.union(["--json", "--idempotent", "--filled"]) {
            #expect(Help.text.contains("  \(flag)"))
        }
    }
}

@Suite("An open loop's schedule, and numbers for people")
struct ScheduleTests {
    @Test("messages are due at even spaces, whenever they were sent")
    func schedule() {
        var schedule = Schedule(start: 1000, perSecond: 3)
        var times: [UInt64] = []
        for _ in 0..<4 {
            times.append(schedule.due)
            schedule.advance()
        }
        #expect(times == [1000, 333_334_333, 666_667_666, 1_000_001_000])
    }

    @Test("numbers are rounded, padded and grouped")
    func numbers() {
        #expect(Text.decimal(3.14159, 2) == "3.14")
        #expect(Text.decimal(0.005, 3) == "0.005")
        #expect(Text.decimal(-1.5, 1) == "-1.5")
        #expect(Text.decimal(-0.001, 1) == "0.0")
        #expect(Text.decimal(.nan, 1) == "0")
        #expect(Text.decimal(19.999, 1) == "20.0")
        #expect(Text.grouped(1_234_567.4) == "1,234,567")
        #expect(Text.grouped(999) == "999")
        #expect(Text.duration(1_500) == "2 µs")
        #expect(Text.duration(2_500_000) == "2.50 ms")
        #expect(Text.duration(12_340_000_000) == "12.34 s")
    }
}
