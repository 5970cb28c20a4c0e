import Glibc
import Testing

@testable import Realtime

/// Something small to configure, with one setting of each form.
private struct Kettle: Sendable, Equatable {
    var litres = 1
    var lid = true
    var boil: Duration = .seconds(180)
    var teas: [String] = []
    var owner: String? = "none yet"
    var manual: String?

    private typealias Row = Setting<Kettle>
    private typealias Group = SettingGroup<Kettle>

    private static let water = Group("Water") {
        Row("litres", \.litres, .number(1...9), "how much")
        Row("boil-time", \.boil, .duration(.seconds(1) ... .seconds(600)), "how long")
    }

    private static let kitchen = Group("Kitchen") {
        Row("lid", \.lid, .toggle, "closed while it boils")
        Row("teas", \.teas, .list(of: .host), "what there is")
        Row("owner-secret", \.owner, .optional("none", .host), "whose it is", secret: true)
        Row("manual", \.manual, .optional("none", .file), "how to use it")
    }

    static let settings = SettingTable<Kettle>(
        defaults: Kettle(),
        groups: [water, kitchen],
        checks: [
            SettingCheck("lid", with: "litres") { kettle in
                !kettle.lid && kettle.litres > 5 ? "so much water splashes without a lid" : nil
            }
        ])

    static func load(
        _ arguments: [String] = [], _ environment: [String: String] = [:]
    ) -> LoadedSettings<Kettle> {
        settings.load(arguments: arguments, environment: environment)
    }

    /// The lines that a user sees.
    static func mistakes(_ arguments: [String] = [], _ environment: [String: String] = [:]) -> [String] {
        load(arguments, environment).mistakes.map(\.description)
    }
}

/// A file for the length of a test.
private final class TemporaryFile {
    let path: String

    init(_ text: String) {
        var template = Array("/tmp/realtime-settings-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        precondition(descriptor >= 0)
        let bytes = Array(text.utf8)
        precondition(write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { unlink(path) }
}

@Suite("Setting sources")
struct SettingSourcesTests {
    @Test("without any source everything is at its default")
    func defaults() {
        let loaded = Kettle.load()
        #expect(loaded.value == Kettle())
        #expect(loaded.mistakes.isEmpty)
        #expect(loaded.origin(of: "litres") == .byDefault)
    }

    @Test("a flag beats a variable beats the file beats the default, each setting for itself")
    func precedence() {
        let file = TemporaryFile(#"{"litres": 2, "boil-time": "2s", "lid": false}"#)
        let loaded = Kettle.load(
            ["--config", file.path, "--litres", "4"],
            ["REALTIME_LITRES": "3", "REALTIME_BOIL_TIME": "3s", "PATH": "/bin"])
        #expect(loaded.mistakes.isEmpty)
        #expect(loaded.value.litres == 4)
        #expect(loaded.value.boil == .seconds(3))
        #expect(!loaded.value.lid)
        #expect(loaded.value.teas == [])
        #expect(loaded.origin(of: "litres") == .flag("--litres"))
        #expect(loaded.origin(of: "boil-time") == .environment(variable: "REALTIME_BOIL_TIME"))
        #expect(loaded.origin(of: "lid") == .file(path: file.path, key: "lid"))
        #expect(loaded.origin(of: "teas") == .byDefault)
    }

    @Test("the file may be named by a variable, and a flag names another one")
    func fileByVariable() {
        let first = TemporaryFile(#"{"litres": 2}"#)
        let second = TemporaryFile(#"{"litres": 3}"#)
        #expect(Kettle.load([], ["REALTIME_CONFIG": first.path]).value.litres == 2)
        #expect(Kettle.load(["--config=\(second.path)"], ["REALTIME_CONFIG": first.path]).value.litres == 3)
    }

    @Test("a value follows its flag as a word or behind an equals sign")
    func forms() {
        #expect(Kettle.load(["--litres", "2"]).value.litres == 2)
        #expect(Kettle.load(["--litres=2"]).value.litres == 2)
        #expect(Kettle.load(["--teas=a=b"]).value.teas == ["a=b"])
    }

    @Test("a switch is on, off by no-, or told")
    func switches() {
        #expect(Kettle.load(["--lid"]).value.lid)
        #expect(!Kettle.load(["--no-lid"]).value.lid)
        #expect(!Kettle.load(["--lid=false"]).value.lid)
        #expect(!Kettle.load([], ["REALTIME_LID": "false"]).value.lid)
    }

    @Test("a list grows with each flag, and has commas or an array elsewhere")
    func lists() {
        #expect(
            Kettle.load(["--teas", "green", "--teas=black,white"]).value.teas == ["green", "black", "white"])
        #expect(Kettle.load([], ["REALTIME_TEAS": "green,black"]).value.teas == ["green", "black"])
        let file = TemporaryFile(#"{"teas": ["green", "black"]}"#)
        #expect(Kettle.load(["--config", file.path]).value.teas == ["green", "black"])
    }

    @Test("flags of one table are told from those of another, each with its value")
    func split() {
        let (own, others) = Kettle.settings.split([
            "--litres", "2", "--port", "1", "--lid", "--host", "a", "--teas=x", "word", "--boil-time", "--v",
            "--litres",
        ])
        #expect(own == ["--litres", "2", "--lid", "--teas=x", "--boil-time", "--litres"])
        #expect(others == ["--port", "1", "--host", "a", "word", "--v"])
    }

    @Test("an empty variable takes an optional value back and is a mistake for others")
    func emptyVariables() {
        #expect(Kettle.load([], ["REALTIME_OWNER_SECRET": ""]).value.owner == nil)
        #expect(
            Kettle.mistakes([], ["REALTIME_LITRES": ""])
                == [#"REALTIME_LITRES: "" is not a whole number from 1 to 9"#])
        #expect(Kettle.mistakes([], ["REALTIME_CONFIG": ""]) == [])
    }
}

@Suite("Configuration mistakes")
struct ConfigurationMistakeTests {
    @Test("every mistake in every source is told at once, each with its place and what would be right")
    func everything() {
        let file = TemporaryFile(#"{"litres": 0, "lid": "yes", "teaz": [], "boil-time": 5, "config": "x"}"#)
        let lines = Kettle.mistakes(
            ["--config", file.path, "--litres", "many", "--boil-tme=1s", "kettle", "-x", "--no-lid=1"],
            ["REALTIME_LITRES": "77", "REALTIME_LIDS": "1"])
        let time = "a time from 1s to 10m, written like 250ms, 5s, 10m or 24h"
        #expect(
            lines == [
                #"\#(file.path), key "lid": "yes" is not true or false"#,
                #"\#(file.path), key "teaz": there is no such setting; did you mean teas?"#,
                #"\#(file.path), key "boil-time": 5 is not \#(time)"#,
                #"\#(file.path), key "config": there is no such setting"#,
                #"\#(file.path), key "litres": "0" is not a whole number from 1 to 9"#,
                "REALTIME_LIDS: there is no such variable; did you mean REALTIME_LID?",
                #"REALTIME_LITRES: "77" is not a whole number from 1 to 9"#,
                "--boil-tme: there is no such flag; did you mean --boil-time?",
                #""kettle": this argument belongs to no flag"#,
                #""-x": flags begin with two dashes"#,
                "--no-lid: takes no value",
                #"--litres: "many" is not a whole number from 1 to 9"#,
            ])
    }

    @Test("what was right beside a mistake is kept")
    func restIsKept() {
        let loaded = Kettle.load(["--litres", "many", "--boil-time", "9s"])
        #expect(loaded.value.boil == .seconds(9))
        #expect(loaded.value.litres == 1)
        #expect(loaded.origin(of: "litres") == .byDefault)
    }

    @Test("a flag without its value is a mistake, and does not eat the next flag")
    func missingValue() {
        let loaded = Kettle.load(["--litres", "--boil-time", "9s"])
        #expect(loaded.mistakes.map(\.description) == ["--litres: needs a value: a whole number from 1 to 9"])
        #expect(loaded.value.boil == .seconds(9))
        #expect(Kettle.mistakes(["--config"]) == ["--config: needs the path of a JSON file"])
    }

    @Test("only lists may be given again")
    func repeated() {
        #expect(Kettle.mistakes(["--litres=1", "--litres=1"]) == ["--litres: was already given"])
        #expect(Kettle.mistakes(["--lid", "--no-lid"]) == ["--no-lid: --lid was already given"])
        #expect(
            Kettle.mistakes(["--config=/dev/null", "--config=/dev/null"]).contains(
                "--config: was already given"))
    }

    @Test("a name like nothing that is known gets no suggestion")
    func noSuggestion() {
        #expect(Kettle.mistakes(["--samovar"]) == ["--samovar: there is no such flag"])
    }

    @Test("the value behind an unknown flag is not looked at, nor printed")
    func unknownWithValue() {
        #expect(
            Kettle.mistakes(["--pasword", "hunter2", "--pasword=hunter2"])
                == Array(repeating: "--pasword: there is no such flag", count: 2))
    }

    @Test("a setting that fits no other is told where it was set, once both can be read")
    func crossChecks() {
        #expect(
            Kettle.mistakes(["--litres=6"], ["REALTIME_LID": "false"])
                == ["REALTIME_LID: so much water splashes without a lid"])
        #expect(
            Kettle.mistakes(["--litres=66", "--no-lid"])
                == [#"--litres: "66" is not a whole number from 1 to 9"#])
    }

    @Test("a file that is not there, not JSON or not an object is told with its place")
    func badFiles() {
        #expect(
            Kettle.mistakes(["--config", "/nowhere/x.json"])
                == [#"--config: "/nowhere/x.json" can't be read: No such file or directory"#])
        #expect(
            Kettle.mistakes([], ["REALTIME_CONFIG": "/tmp"])
                == [#"REALTIME_CONFIG: "/tmp" can't be read: Is a directory"#])
        let list = TemporaryFile("[1]")
        #expect(Kettle.mistakes(["--config", list.path]) == ["\(list.path): is not a JSON object"])
        let broken = TemporaryFile("{\n  \"litres\": 2,\n  }")
        #expect(
            Kettle.mistakes(["--config", broken.path])
                == ["\(broken.path), line 3, column 3: a byte that cannot stand here"])
        let twice = TemporaryFile(#"{"litres": 2, "litres": 3}"#)
        #expect(
            Kettle.mistakes(["--config", twice.path])
                == ["\(twice.path), line 1, column 15: the same key twice in one object"])
    }

    @Test(
        "values of the wrong JSON kind are refused",
        arguments: ["null", "true", "2.5", "[2]", "{}", "\"2 l\""])
    func wrongKinds(value: String) {
        let file = TemporaryFile("{\"litres\": \(value)}")
        let mistakes = Kettle.mistakes(["--config", file.path])
        #expect(mistakes.count == 1)
        #expect(mistakes.first?.contains(#"key "litres": "#) == true)
        #expect(mistakes.first?.hasSuffix("is not a whole number from 1 to 9") == true)
    }

    @Test("what a stranger wrote into a value can't break the line or fill the screen")
    func hostileValues() {
        let line = Kettle.mistakes(["--litres", "1\n\u{1B}[2J" + String(repeating: "x", count: 10_000)])[0]
        #expect(!line.contains("\n"))
        #expect(!line.contains("\u{1B}"))
        #expect(line.utf8.count < 200)
    }

    @Test("files that are named but can't be read are found without starting anything")
    func unreadableFiles() {
        let loaded = Kettle.load(["--manual=/nowhere.pdf"])
        #expect(
            Kettle.settings.unreadableFiles(loaded).map(\.description)
                == [#"--manual: "/nowhere.pdf" can't be read: No such file or directory"#])
        #expect(Kettle.settings.unreadableFiles(Kettle.load()).isEmpty)
        #expect(Kettle.settings.unreadableFiles(Kettle.load(["--manual", "none"])).isEmpty)
    }
}

@Suite("Secret settings")
struct SecretSettingTests {
    @Test("a secret comes from a variable or the file")
    func sources() {
        #expect(Kettle.load([], ["REALTIME_OWNER_SECRET": "mum"]).value.owner == "mum")
        let file = TemporaryFile(#"{"owner-secret": "dad"}"#)
        #expect(Kettle.load(["--config", file.path]).value.owner == "dad")
    }

    @Test("a secret as a flag is refused without printing it, and the right places are named")
    func flag() {
        let expected =
            "--owner-secret: flags can be seen by other users of this machine; set REALTIME_OWNER_SECRET, "
            + "or \"owner-secret\" in the configuration file"
        #expect(Kettle.mistakes(["--owner-secret=hunter2"]) == [expected])
        #expect(Kettle.mistakes(["--owner-secret", "hunter2"]) == [expected])
    }

    @Test("neither a mistake nor the report shows a secret")
    func hidden() {
        let wrong = TemporaryFile(#"{"owner-secret": ["hunter2"]}"#)
        let lines = Kettle.mistakes(["--config", wrong.path], ["REALTIME_OWNER_SECRET": "hunter 2"])
        #expect(lines.count == 2)
        #expect(lines.allSatisfy { !$0.contains("hunter") && $0.contains("the value is not") })

        let report = Kettle.settings.report(Kettle.load([], ["REALTIME_OWNER_SECRET": "hunter2"]))
        #expect(!report.contains("hunter2"))
        #expect(report.contains("  owner-secret  (hidden)  REALTIME_OWNER_SECRET\n"))
    }
}

@Suite("Setting pages")
struct SettingPagesTests {
    @Test("the report has every setting with its value and origin, in columns")
    func report() {
        let loaded = Kettle.load(["--litres=4", "--teas=green,black"], ["REALTIME_LID": "false"])
        #expect(
            Kettle.settings.report(loaded) == """
                Water:
                  litres        4            --litres
                  boil-time     3m           default

                Kitchen:
                  lid           false        REALTIME_LID
                  teas          green,black  --teas
                  owner-secret  (not set)    default
                  manual        none         default

                """)
    }

    @Test("help has every setting, its default, and never the flag of a secret")
    func help() {
        let help = Kettle.settings.help()
        #expect(help.contains("  --litres N                        how much (default: 1)\n"))
        #expect(help.contains("  --[no-]lid                        closed while it boils (default: on)\n"))
        #expect(
            help.contains("  --teas HOST                       what there is; may be given again for more\n"))
        #expect(help.contains("  REALTIME_OWNER_SECRET             whose it is (not as a flag)\n"))
        #expect(!help.contains("--owner-secret"))
        #expect(!help.contains("none yet"))
        #expect(help.contains("--config FILE"))
    }

    @Test("help is wrapped to its width", arguments: [60, 80, 100])
    func width(columns: Int) {
        let lines = ServerConfiguration.settings.help(width: columns).split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= columns })
    }
}

@Suite("Suggestions")
struct SuggestionTests {
    @Test(
        "letters put in, left out, changed and swapped each count once",
        arguments: [
            ("port", "port", 0), ("prot", "port", 1), ("pot", "port", 1), ("poort", "port", 1), ("", "ab", 2),
        ])
    func distances(left: String, right: String, distance: Int) {
        #expect(Suggestion.distance(Array(left.utf8), Array(right.utf8)) == distance)
        #expect(Suggestion.distance(Array(right.utf8), Array(left.utf8)) == distance)
    }

    @Test("the nearest name is meant, if it is near")
    func closest() {
        let names = ["--port", "--host", "--max-headers", "--max-header-bytes"]
        #expect(Suggestion.closest(to: "--max-header", among: names) == "--max-headers")
        #expect(Suggestion.closest(to: "--ports", among: names) == "--port")
        #expect(Suggestion.closest(to: "--zzzzzz", among: names) == nil)
        #expect(Suggestion.closest(to: String(repeating: "x", count: 100_000), among: names) == nil)
    }
}
