import Glibc

/// The programs of one installation of PostgreSQL.
struct DatabaseBinaries: Equatable, Sendable {
    /// Where they lie.
    let folder: String

    var postgres: String { folder + "/postgres" }
    var initdb: String { folder + "/initdb" }

    /// The first major version that has what the server asks of a database: multiranges.
    static let oldestVersion = 14

    /// Where Debian keeps installations, several versions beside each other.
    static let debianFolder = "/usr/lib/postgresql"

    /// The newest installation, or the one of the version that made a database. Those on the path come last, and are
    /// taken as they are: their folder's name does not say what they are.
    static func find(
        version: Int? = nil, below root: String = debianFolder,
        path: String? = getenv("PATH").map { String(cString: $0) }
    ) -> DatabaseBinaries? {
        let versions = names(in: root).compactMap { Int($0) }.filter { found in
            version.map { $0 == found } ?? (found >= oldestVersion)
        }
        let installed = versions.sorted(by: >).map { DatabaseBinaries(folder: "\(root)/\($0)/bin") }
        let others = (path ?? "").split(separator: ":").filter { $0.hasPrefix("/") }.map {
            DatabaseBinaries(folder: String($0))
        }
        return (installed + others).first(where: \.isComplete)
    }

    private var isComplete: Bool {
        access(postgres, X_OK) == 0 && access(initdb, X_OK) == 0
    }

    private static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                names.append(String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
            }
        }
        return names
    }
}
