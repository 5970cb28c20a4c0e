/// A line that PostgreSQL logs, as far as it matters to others.
struct DatabaseLogLine: Equatable {
    /// What each of its lines begins with: time, process, SQLSTATE.
    static let prefix = "%m [%p] %e "

    /// The five letters and digits of the SQLSTATE.
    let state: String
    let severity: String
    let message: String

    /// Nil for a line of another kind, such as the second line of a message.
    init?(_ line: String) {
        guard let process = line.firstRange(of: "] "),
            let colon = line[process.upperBound...].firstRange(of: ":  ")
        else { return nil }
        let words = line[process.upperBound..<colon.lowerBound].split(separator: " ")
        guard words.count == 2, words[0].utf8.count == 5 else { return nil }
        state = String(words[0])
        severity = String(words[1])
        message = String(line[colon.upperBound...])
    }

    /// Whether it is what PostgreSQL says before it gives up.
    var isComplaint: Bool { severity == "FATAL" || severity == "PANIC" }

    /// Whether an operator should hear of it. What a statement did wrong is told to whoever sent it, and that a
    /// connection ended, is not there yet or was not let in is no trouble of the database.
    var isTrouble: Bool {
        let kind = state.prefix(2)
        return switch severity {
        case "PANIC": true
        case "FATAL": !["08", "28", "3D", "57"].contains(kind)
        case "ERROR": ["53", "58", "XX"].contains(kind)
        case "LOG": message.hasPrefix("server process ") && message.contains(" was terminated by signal ")
        default: false
        }
    }
}
