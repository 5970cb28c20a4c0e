import Glibc
import Testing

@testable import Realtime

@Suite("PostgreSQL's installations")
struct DatabaseBinariesTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// Makes what looks like an installation.
    private func install(_ place: String, _ names: [String] = ["postgres", "initdb"]) throws {
        try PrivateFile.makeFolder("\(folder.path)/\(place)")
        for name in names { chmod(try folder.write("\(place)/\(name)", []), 0o755) }
    }

    private func find(_ version: Int? = nil, path: String? = nil) -> String? {
        DatabaseBinaries.find(version: version, below: folder.path, path: path)?.folder
            .replacing(folder.path + "/", with: "")
    }

    @Test("the newest is taken, by number")
    func newest() throws {
        for version in ["9", "15", "100"] { try install(version + "/bin") }
        #expect(find() == "100/bin")
    }

    @Test("a database has the version that made it, and no other")
    func made() throws {
        for version in ["14", "15"] { try install(version + "/bin") }
        #expect(find(14) == "14/bin")
        #expect(find(16) == nil)
    }

    @Test("one that is too old is not taken for a new database")
    func old() throws {
        try install("13/bin")
        #expect(find() == nil)
        #expect(find(13) == "13/bin")
    }

    @Test("one without the server's programs is none")
    func incomplete() throws {
        try install("15/bin", ["initdb", "psql"])
        try install("14/bin")
        #expect(find() == "14/bin")
    }

    @Test("the path comes last, and only its absolute folders")
    func path() throws {
        try install("elsewhere")
        #expect(find(path: ":bin:/nowhere:\(folder.path)/elsewhere") == "elsewhere")
        try install("14/bin")
        #expect(find(path: "\(folder.path)/elsewhere") == "14/bin")
    }

    @Test("there may be none")
    func none() {
        #expect(find() == nil)
        #expect(DatabaseBinaries.find(below: "/nowhere", path: nil) == nil)
    }
}

@Suite("postmaster.pid")
struct PostmasterFileTests {
    private let whole =
        "4711\n/proc/self/fd/3\n1795251393\n5432\n/proc/self/fd/4\n\n 16293978         9\nready   \n"

    @Test("it says which process and whether it is ready")
    func ready() {
        let file = PostmasterFile(whole)
        #expect(file?.process == 4711)
        #expect(file?.isReady == true)
        #expect(PostmasterFile(whole.replacing("ready   ", with: "starting"))?.isReady == false)
    }

    @Test("cut off anywhere it is not ready, and names no other process")
    func split() {
        for count in 0..<(whole.utf8.count - 4) {
            let file = PostmasterFile(String(whole.prefix(count)))
            #expect(file == nil || file?.process == 4711)
            #expect(file?.isReady != true)
        }
    }

    @Test("nonsense is nothing", arguments: ["", "\n\n", "-5\n/x\n", "x\ny\n", "0\n0\n"])
    func nonsense(text: String) {
        #expect(PostmasterFile(text) == nil)
    }
}

@Suite("A file that is set aside when it is full")
struct RotatedFileTests {
    @Test("there are never more than two, and the newest bytes are in them")
    func rotates() throws {
        let folder = try TemporaryFolder()
        var file = RotatedFile(folder.path + "/log", limit: 10)
        for number in 0..<9 as Range<UInt8> { file.append([number, number, number, number][...]) }
        #expect(try folder.names == ["log", "log.1"])
        #expect(try folder.read("log") == [8, 8, 8, 8])
        #expect(try folder.read("log.1") == [6, 6, 6, 6, 7, 7, 7, 7])
        #expect(try folder.permissions(of: "log") == 0o600)
    }

    @Test("one that is there is gone on with")
    func continues() throws {
        let folder = try TemporaryFolder()
        try folder.write("log", [1, 2, 3])
        var file = RotatedFile(folder.path + "/log", limit: 10)
        file.append([4])
        #expect(try folder.read("log") == [1, 2, 3, 4])
    }

    @Test("where it can't be written nothing happens, and it is written again when it can")
    func failing() throws {
        let folder = try TemporaryFolder()
        var file = RotatedFile(folder.path + "/below/log", limit: 10)
        file.append([1])
        try PrivateFile.makeFolder(folder.path + "/below")
        file.append([2])
        #expect(try folder.read("below/log") == [2])
    }
}
