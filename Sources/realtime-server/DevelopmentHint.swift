import Realtime

/// What the program says in development mode about getting in, after the line that says where it listens.
enum DevelopmentHint {
    static func text(for server: RealtimeServer) -> String {
        var lines = [
            "development mode: whoever can connect can have a token",
            "  the task board: open \(server.url)/ in two windows and be somebody else in each",
        ]
        // With a key of one's own the command would have to be given that key again.
        if server.configuration.identity == ServerConfiguration().identity {
            let folder = server.configuration.storage.dataDirectory
            let flag = folder == ServerConfiguration().storage.dataDirectory ? "" : " --data-dir '\(folder)'"
            lines.append("  \(CommandLine.arguments[0]) token --dev\(flag) --sub alice")
        }
        lines.append("  curl -d '{\"sub\":\"alice\"}' \(server.url)/dev/token")
        return lines.joined(separator: "\n") + "\n"
    }
}
