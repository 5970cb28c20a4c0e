import Foundation

@testable import Realtime

/// PostgreSQL's own client, for tests that ask a database something from outside.
enum Psql {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs statements and gives what they print, columns separated by `|`.
    @discardableResult
    static func run(_ sql: String, on connection: String) throws -> String {
        guard let binaries = DatabaseBinaries.find() else { throw Failed(description: "no psql") }
        let process = Process()
        process.executableURL = URL(filePath: binaries.folder + "/psql")
        process.arguments = [
            "--no-psqlrc", "--no-align", "--tuples-only", "--quiet", "--set", "ON_ERROR_STOP=1",
            "--command", sql, connection,
        ]
        process.environment = ["PATH": "/usr/bin:/bin"]
        let (output, complaints) = (Pipe(), Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = complaints
        try process.run()
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        let complained = complaints.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failed(description: String(decoding: complained, as: UTF8.self))
        }
        return String(decoding: printed, as: UTF8.self).trimmingCharacters(in: .newlines)
    }
}
