import Foundation

/// The built `realtime-server`, run as a user runs it.
enum ServerProgram {
    struct Outcome {
        let status: Int32
        let output: String
        let complaints: String

        /// Standard error, line by line.
        var complaintLines: [String] { complaints.split(separator: "\n").map(String.init) }
    }

    /// It lies beside the executable that runs these tests.
    static let executable = URL(
        filePath: "/proc/self/exe"
    ).resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "realtime-server")

    /// A key for servers that are to run, as a variable.
    static let secret = ["REALTIME_JWT_SECRET": "the secret of programs that tests start"]
        .merging(withoutDatabase) { $1 }

    /// None is there for servers that are to run.
    static let withoutDatabase = ["REALTIME_DATABASE": "host=/nonexistent"]

    /// The environment of this process with other variables for the server.
    static func environment(with variables: [String: String]) -> [String: String] {
        ProcessInfo.processInfo.environment
            .filter { !$0.key.hasPrefix("REALTIME_") }
            .merging(variables) { $1 }
    }

    /// Runs it to its end, in this environment but for the variables that are meant for the server.
    static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = Self.environment(with: environment)
        let (output, complaints) = (Pipe(), Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = complaints
        try process.run()
        // What it says on standard error always fits in the pipe, so one can be read after the other.
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        let complained = complaints.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationReason == .exit ? process.terminationStatus : -1,
            output: String(decoding: printed, as: UTF8.self),
            complaints: String(decoding: complained, as: UTF8.self))
    }
}
