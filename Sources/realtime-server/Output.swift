import Glibc

/// What the program says on its two outputs before there is a log.
enum Output {
    /// Writes to standard output, all of it: it may be a pipe.
    static func print(_ text: String) {
        write(text, to: 1)
    }

    /// Writes one line to standard error.
    static func complain(_ problem: String) {
        write("\(CommandLineTool.name): \(problem)\n", to: 2)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if errno != EINTR {
                return
            }
        }
    }
}

extension [String: String] {
    /// The environment of this process; where a variable is there twice the first one counts, as it does
    /// for `getenv`.
    static var ofThisProcess: [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 {
                variables[String(parts[0])] = variables[String(parts[0])] ?? String(parts[1])
            }
            entry += 1
        }
        return variables
    }
}
