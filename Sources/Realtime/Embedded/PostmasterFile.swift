/// What PostgreSQL writes down about itself in `postmaster.pid`: that is how one hears that it is ready, without
/// asking it.
struct PostmasterFile: Equatable {
    static let name = "postmaster.pid"

    /// The first process of the running PostgreSQL, or of one that ended without clearing up.
    let process: Int
    /// Whether it takes connections.
    let isReady: Bool

    /// Nil for a file that is still being written.
    init?(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > 1, let process = Int(lines[0]), process > 0 else { return nil }
        self.process = process
        isReady = lines.count > 7 && lines[7].prefix { $0 != " " } == "ready"
    }

    /// What a database's folder has of it; nil where there is none.
    static func read(in folder: String) -> PostmasterFile? {
        guard let bytes = try? SmallFile.read("\(folder)/\(name)", limit: 4096) else { return nil }
        return PostmasterFile(String(decoding: bytes, as: UTF8.self))
    }
}
