import Testing

@Suite("Reading Swift source")
struct SwiftSourceTests {
    private func read(_ text: String) -> SwiftSource {
        SwiftSource(path: "Wire/HTTP/Parser.swift", text: text)
    }

    @Test("The folder is the first part of the path")
    func folder() {
        #expect(read("").folder == "Wire")
    }

    @Test("Imports are found whatever stands before and after the keyword")
    func imports() {
        let source = read(
            "import Glibc\n@preconcurrency public import CLibuv\nimport struct COpenSSL.ssl_st\n")
        #expect(source.imports == ["Glibc", "CLibuv", "COpenSSL"])
    }

    @Test("Only types that other files can see are shared")
    func sharedTypes() {
        let source = read(
            """
            public struct Shared: ~Copyable {
                enum Nested { case one }
                class func make() {}
            }
            @frozen final class Other {}
            private struct Hidden {}
            fileprivate enum AlsoHidden {}
            protocol Door {}
            typealias Name = Int
            """)
        #expect(source.sharedTypes == ["Shared", "Other", "Door", "Name"])
        #expect(source.ownTypes == ["Shared", "Nested", "Other", "Hidden", "AlsoHidden", "Door", "Name"])
    }

    @Test("A mention is a word of the code, not of a comment, a string or a member's name")
    func mentions() {
        let source = read(
            ###"""
            // EventLoop in a comment
            /* EventLoop /* nested */ EventLoop */
            let text = "EventLoop \"EventLoop\" \(Socket(") EventLoop").name) EventLoop"
            let raw = ##"EventLoop "# \##(Timer()) EventLoop"##
            let long = """
                EventLoop "EventLoop"
                """
            let nested = Parser.Listener.self
            func take(_ outbox: Outbox?) -> [Frame] {}
            """###)
        #expect(source.words.isSuperset(of: ["Socket", "Timer", "Parser", "Outbox", "Frame"]))
        #expect(source.words.isDisjoint(with: ["EventLoop", "Listener", "name"]))
    }
}
