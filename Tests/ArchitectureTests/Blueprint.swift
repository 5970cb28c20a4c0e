/// The two tables of `docs/architecture.md`: which folder may know which, and who may
/// import which module.
///
/// The page is not a copy of these rules, it is where they stand: what a reader sees is what is enforced.
struct Blueprint {
    /// For each folder of `Sources/Realtime`, the folders whose types it may mention beside its own.
    var mayKnow: [String: Set<String>] = [:]
    /// For each module that not everyone may import, the folders or files under `Sources/Realtime` that may import it.
    var owners: [String: [String]] = [:]

    /// Modules that any file may import.
    static let everyonesModules: Set = ["Glibc", "RealtimeEvents", "Synchronization"]

    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    /// Reads the tables from the page's text.
    init(page: String) throws(Unreadable) {
        let folders = try Self.rows(under: "| folder | holds | may know |", of: page)
        for row in folders {
            let names = row[2].split(separator: ",").map { $0.filter { !" `".contains($0) } }
            mayKnow[row[0]] = names == ["nothing"] ? [] : Set(names)
        }
        for (folder, known) in mayKnow where known.contains("everything") {
            mayKnow[folder] = Set(mayKnow.keys)
        }
        let modules = try Self.rows(under: "| module | what for | imported by |", of: page)
        for row in modules {
            owners[row[0]] = row[2].split(separator: ",").map { $0.filter { !" `".contains($0) } }
        }
    }

    /// The cells of each row below a table's head, without back quotes.
    private static func rows(under head: String, of page: String) throws(Unreadable) -> [[String]] {
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let start = lines.firstIndex(of: head) else {
            throw Unreadable(description: "docs/architecture.md has no table headed \(head)")
        }
        let rows = lines[(start + 1)...].dropFirst().prefix { $0.hasPrefix("|") }
        let cells = rows.map { row in
            row.split(separator: "|").map { cell in
                String(cell.filter { $0 != "`" }).trimmingSpaces
            }
        }
        guard cells.allSatisfy({ $0.count == 3 }) else {
            throw Unreadable(description: "the table headed \(head) needs rows of three cells")
        }
        return cells
    }

    /// What a folder's files do that the tables do not allow, one sentence each.
    func violations(in sources: [SwiftSource]) -> [String] {
        var home: [String: String] = [:]
        var ownNames: [String: Set<String>] = [:]
        for source in sources {
            for type in source.sharedTypes { home[type] = source.folder }
            ownNames[source.folder, default: []].formUnion(source.ownTypes)
        }
        return sources.sorted { $0.path < $1.path }.flatMap { source in
            forbiddenImports(of: source)
                + forbiddenMentions(of: source, home: home, ownNames: ownNames[source.folder, default: []])
        }
    }

    private func forbiddenImports(of source: SwiftSource) -> [String] {
        source.imports.subtracting(Self.everyonesModules).sorted().compactMap { module in
            let isOwner = owners[module, default: []].contains { owner in
                source.path == owner || source.path.hasPrefix(owner + "/")
            }
            return isOwner ? nil : "\(source.path) may not import \(module)"
        }
    }

    private func forbiddenMentions(
        of source: SwiftSource, home: [String: String], ownNames: Set<String>
    ) -> [String] {
        let allowed = mayKnow[source.folder, default: []].union([source.folder])
        return source.words.subtracting(ownNames).sorted().compactMap { word in
            guard let folder = home[word], !allowed.contains(folder) else { return nil }
            return "\(source.path) mentions \(word), but \(source.folder) may not know \(folder)"
        }
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        let start = drop { $0 == " " }
        return String(start.reversed().drop { $0 == " " }.reversed())
    }
}
