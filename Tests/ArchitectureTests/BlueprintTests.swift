import Testing

@Suite("The rules of the house")
struct BlueprintTests {
    private let page = """
        # A page
        | folder | holds | may know |
        |---|---|---|
        | `Base` | bytes | nothing |
        | `Loop` | loops | `Base` |
        | `Server` | the wiring | everything |

        | module | what for | imported by |
        |---|---|---|
        | `CLibuv` | loops | `Loop`, `Server/Signals.swift` |
        """

    private func violations(_ files: [String: String]) throws -> [String] {
        try Blueprint(page: page).violations(in: files.map { SwiftSource(path: $0.key, text: $0.value) })
    }

    @Test("A folder may mention its own types and those of the folders in its row")
    func allowedMention() throws {
        let found = try violations([
            "Base/Bytes.swift": "struct Bytes {}", "Loop/Loop.swift": "struct Loop { var bytes: Bytes }",
            "Server/Main.swift": "let loop: Loop, bytes: Bytes",
        ])
        #expect(found == [])
    }

    @Test("A mention of a type from any other folder is named")
    func forbiddenMention() throws {
        let found = try violations([
            "Base/Bytes.swift": "struct Bytes { var loop: Loop }", "Loop/Loop.swift": "struct Loop {}",
        ])
        #expect(found == ["Base/Bytes.swift mentions Loop, but Base may not know Loop"])
    }

    @Test("A nested type of the same name is the folder's own")
    func ownName() throws {
        let found = try violations([
            "Base/Bytes.swift": "struct Bytes { enum Loop {}; var loop: Loop }",
            "Loop/Loop.swift": "struct Loop {}",
        ])
        #expect(found == [])
    }

    @Test("A C module may be imported by its owners only")
    func forbiddenImport() throws {
        let found = try violations([
            "Loop/Loop.swift": "import CLibuv\nimport Glibc", "Server/Signals.swift": "import CLibuv",
            "Server/Main.swift": "import CLibuv", "Base/Bytes.swift": "import Foundation",
        ])
        #expect(
            found == [
                "Base/Bytes.swift may not import Foundation", "Server/Main.swift may not import CLibuv",
            ])
    }

    @Test("A page without the tables is refused")
    func missingTable() {
        #expect(throws: Blueprint.Unreadable.self) { try Blueprint(page: "# Nothing") }
    }
}
