import TestSupport
import Testing

@testable import Realtime

@Suite("Command line", .ownThread)
struct CommandLineTests {
    @Test("--version says name and version")
    func version() throws {
        let outcome = try ServerProgram.run(["--version"])
        #expect(outcome.output == "realtime-server \(RealtimeVersion.current)\n")
        #expect(outcome.complaints.isEmpty)
        #expect(outcome.status == 0)
    }

    @Test("help has every setting and every command, and fits 100 columns")
    func help() throws {
        let outcome = try ServerProgram.run(["--help"])
        #expect(outcome.status == 0)
        #expect(outcome.complaints.isEmpty)
        for setting in ServerConfiguration.settings.settings {
            #expect(
                outcome.output.contains("  --\(setting.name) ")
                    || outcome.output.contains("  --[no-]\(setting.name)")
                    || setting.isSecret && outcome.output.contains("  \(setting.variable) "),
                "\(setting.name) is missing")
        }
        #expect(outcome.output.contains("  --config FILE"))
        #expect(outcome.output.contains("  check "))
        #expect(outcome.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }

    @Test("a command's help comes by either way")
    func commandHelp() throws {
        let first = try ServerProgram.run(["help", "check"])
        let second = try ServerProgram.run(["check", "--port", "x", "--help"])
        #expect(first.status == 0)
        #expect(second.status == 0)
        #expect(first.output == second.output)
        #expect(first.output.hasPrefix("Usage: realtime-server check [FLAG…]\n"))
        #expect(first.output.contains("--max-message SIZE"))
    }

    @Test(
        "wrong usage is one line on standard error and status 2",
        arguments: [
            (["chekc"], #"realtime-server: "chekc": there is no such command; did you mean check?"#),
            (["help", "nonsense"], #"realtime-server: "nonsense": there is no such command"#),
            (["help", "check", "check"], "realtime-server: help: takes one command"),
            (["--version", "--port", "1"], "realtime-server: --version: stands alone"),
            (
                ["check", "--prot", "1"],
                "realtime-server: --prot: there is no such flag; did you mean --port?"
            ),
        ])
    func misuse(arguments: [String], complaint: String) throws {
        let outcome = try ServerProgram.run(arguments, environment: ServerProgram.secret)
        #expect(outcome.status == 2)
        #expect(outcome.complaintLines == [complaint])
    }
}

@Suite("The check command", .ownThread)
struct CheckCommandTests {
    @Test("it prints every setting with its value and origin, and ends with 0 when all is well")
    func fine() throws {
        let outcome = try ServerProgram.run(
            ["check", "--port", "9000"],
            environment: ServerProgram.secret.merging(["REALTIME_MAX_MESSAGE": "128KiB"]) { $1 })
        #expect(outcome.status == 0)
        #expect(outcome.complaints.isEmpty)
        #expect(!outcome.output.contains("the secret of programs"))
        let rows = outcome.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(rows.contains(["port", "9000", "--port"]))
        #expect(rows.contains(["max-message", "128KiB", "REALTIME_MAX_MESSAGE"]))
        #expect(rows.contains(["jwt-secret", "(hidden)", "REALTIME_JWT_SECRET"]))
        for setting in ServerConfiguration.settings.settings {
            #expect(rows.contains { $0.first == setting.name }, "\(setting.name) is missing")
        }
    }

    @Test("it tells every mistake at once, with status 2, and the settings all the same")
    func mistakes() throws {
        let outcome = try ServerProgram.run(
            ["check", "--port", "99999", "--tls-cert", "/nowhere.pem", "--log-levle", "info"],
            environment: ["REALTIME_HEARTBEAT": "soon"])
        #expect(outcome.status == 2)
        #expect(outcome.output.contains("  max-message"))
        #expect(outcome.complaintLines.count == 6)
        for place in ["REALTIME_HEARTBEAT", "--port", "--tls-cert", "--log-levle", "no key"] {
            #expect(
                outcome.complaintLines.contains { $0.hasPrefix("realtime-server: \(place)") },
                "nothing about \(place)")
        }
    }
}
