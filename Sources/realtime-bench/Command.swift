import Glibc

/// What `main` does: reads the flags, runs the scenario, prints the report, and says by the exit code
/// how it went: 0 well, 1 the run failed, 2 the command line was wrong.
enum Command {
    static func run(_ arguments: [String]) -> Int32 {
        if arguments.isEmpty || arguments.contains("--help") || arguments.contains("-h") {
            Output.write(Help.text)
            return arguments.isEmpty ? 2 : 0
        }
        let options: Options
        do {
            options = try Options(arguments: arguments)
        } catch {
            Output.complain("\(error.message) (see realtime-bench --help)")
            return 2
        }
        do {
            let report = try Run(options).report()
            Output.write(options.json ? report.json : report.table)
            return 0
        } catch {
            Output.complain(error.message)
            return 1
        }
    }
}

/// A run that could not be finished, or whose answers were wrong, in one line for a person.
struct BenchFailure: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }

    /// Names the system call that failed and what the kernel said about it.
    init(errno code: Int32, in call: String) {
        self.message = "\(call): \(String(cString: strerror(code)))"
    }
}

/// The two streams that a person or a script reads.
enum Output {
    static func write(_ text: String) {
        put(text, to: STDOUT_FILENO)
    }

    static func complain(_ text: String) {
        put("realtime-bench: \(text)\n", to: STDERR_FILENO)
    }

    private static func put(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count <= 0 { return }
            rest = rest.dropFirst(count)
        }
    }
}
