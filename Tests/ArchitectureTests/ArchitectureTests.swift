import Foundation
import Testing

/// Holds the sources to what `docs/architecture.md` says, so that the page stays true.
@Suite("Architecture")
struct ArchitectureTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private let blueprint: Blueprint
    private let sources: [SwiftSource]

    init() throws {
        let page = Self.root.appending(path: "docs/architecture.md")
        blueprint = try Blueprint(page: String(contentsOf: page, encoding: .utf8))
        sources = try Self.files(below: "Sources/Realtime", withSuffix: ".swift").map { path in
            let text = try Self.text("Sources/Realtime/" + path)
            return SwiftSource(path: path, text: text)
        }
    }

    @Test("The folders of Sources/Realtime are those that the page describes")
    func folders() {
        #expect(Set(sources.map(\.folder)) == Set(blueprint.mayKnow.keys))
    }

    @Test("The page's tables name only folders and owners that exist")
    func namesInThePage() {
        let folders = Set(blueprint.mayKnow.keys)
        for (folder, known) in blueprint.mayKnow {
            #expect(known.isSubset(of: folders), "\(folder) may know a folder that is not in the table")
        }
        for (module, owners) in blueprint.owners {
            for owner in owners {
                let exists = sources.contains { $0.path == owner || $0.path.hasPrefix(owner + "/") }
                #expect(exists, "\(owner), which may import \(module), does not exist")
            }
        }
    }

    @Test("No folder mentions what its row does not allow, nor imports a library that it does not own")
    func direction() {
        for violation in blueprint.violations(in: sources) { Issue.record("\(violation)") }
    }

    @Test("No source file is longer than 800 lines")
    func length() {
        for source in sources where source.lineCount > 800 {
            Issue.record("\(source.path) has \(source.lineCount) lines")
        }
    }

    @Test("Nothing is postponed in a comment, and no path belongs to one machine")
    func leftovers() throws {
        // Put together here, so that this file does not find itself.
        let forbidden = [
            "TO" + "DO", "FIX" + "ME", "/ho" + "me/", "/ro" + "ot/", "/Use" + "rs/", "/wo" + "rk/",
        ]
        for folder in [
            "Sources", "Tests", "Fuzz", "Plugins", "benchmarks", "examples", "docs", "scripts", ".ci",
        ] {
            for path in try Self.files(below: folder)
            where !path.hasPrefix("corpus/") && !path.contains("__pycache__") {
                let bytes = try Data(contentsOf: Self.root.appending(path: "\(folder)/\(path)"))
                let text = String(decoding: bytes, as: UTF8.self)
                for word in forbidden where text.contains(word) {
                    Issue.record("\(folder)/\(path) has \(word) in it")
                }
            }
        }
    }

    /// The paths of all files below a folder of the clone, relative to that folder.
    private static func files(below folder: String, withSuffix suffix: String = "") throws -> [String] {
        let base = root.appending(path: folder)
        return try FileManager.default.subpathsOfDirectory(atPath: base.path).sorted().filter { path in
            var isDirectory: ObjCBool = false
            let exists = FileManager.default.fileExists(
                atPath: base.appending(path: path).path, isDirectory: &isDirectory)
            return exists && !isDirectory.boolValue && path.hasSuffix(suffix)
        }
    }

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
}
