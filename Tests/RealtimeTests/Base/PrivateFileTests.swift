import Testing

@testable import Realtime

@Suite("Private files")
struct PrivateFileTests {
    @Test("a folder is made with those above it, for this user alone, and left alone when it is there")
    func folders() throws {
        let folder = try TemporaryFolder()
        for _ in 0..<2 { try PrivateFile.makeFolder(folder.path + "/a/b/") }
        #expect(try folder.permissions(of: "a") == 0o700)
        #expect(try folder.permissions(of: "a/b") == 0o700)
    }

    @Test("where a file stands no folder is made")
    func fileInTheWay() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("file", [1])
        for path in [file, file + "/below"] {
            let failure = #expect(throws: SmallFile.Failure.self) { try PrivateFile.makeFolder(path) }
            #expect(failure?.description == "Not a directory")
        }
    }

    @Test("a file is made whole, for this user alone, and no draft is left")
    func file() throws {
        let folder = try TemporaryFolder()
        #expect(try PrivateFile.create(folder.path + "/x", Array("hello".utf8)))
        #expect(try folder.read("x") == Array("hello".utf8))
        #expect(try folder.permissions(of: "x") == 0o600)
        #expect(try folder.names == ["x"])
    }

    @Test("a file that is there stays")
    func stays() throws {
        let folder = try TemporaryFolder()
        try folder.write("x", [1])
        #expect(try !PrivateFile.create(folder.path + "/x", [2]))
        #expect(try folder.read("x") == [1])
        #expect(try folder.names == ["x"])
    }

    @Test("of many that make it at once one is the first, and its content is there")
    func race() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/x"
        let winners = await withTaskGroup { group in
            for number in 0..<32 as Range<UInt8> {
                group.addTask {
                    (try? PrivateFile.create(path, [UInt8](repeating: number, count: 10_000))) == true
                        ? number : nil
                }
            }
            return await group.reduce(into: [UInt8]()) { winners, number in
                if let number { winners.append(number) }
            }
        }
        #expect(winners.count == 1)
        #expect(try folder.read("x") == [UInt8](repeating: winners[0], count: 10_000))
        #expect(try folder.names == ["x"])
    }

    @Test("a missing folder is a failure")
    func missing() {
        let failure = #expect(throws: SmallFile.Failure.self) {
            try PrivateFile.create("/nowhere/at/all", [1])
        }
        #expect(failure?.isMissing == true)
    }
}
