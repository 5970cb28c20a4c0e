import Testing

@testable import Realtime

@Suite("URL query")
struct URLQueryTests {
    private func query(_ text: String) -> URLQuery {
        URLQuery(HTTPSlice(text))
    }

    @Test("a parameter is found by its name and decoded")
    func value() throws {
        let query = query("token=a.b-c_d&wait=25&name=J%C3%BCrgen+M%2B&empty=&bare&x==%3D")
        #expect(try query.value("token") == "a.b-c_d")
        #expect(try query.value("wait") == "25")
        #expect(try query.value("name") == "Jürgen M+")
        #expect(try query.value("empty") == "")
        #expect(try query.value("bare") == "")
        #expect(try query.value("x") == "==")
        #expect(try query.value("toke") == nil)
        #expect(try query.value("Token") == nil)
    }

    @Test("names are decoded before they are compared")
    func encodedNames() throws {
        #expect(try query("%74oken=a").value("token") == "a")
        #expect(try query("a+b=c").value("a b") == "c")
    }

    @Test("no query, an empty one, and one of ampersands have no parameters")
    func empty() throws {
        #expect(try URLQuery(nil).value("a") == nil)
        #expect(try query("").all().isEmpty)
        #expect(try query("&&&").all().isEmpty)
    }

    @Test("a parameter that may be there once is refused when it is there twice")
    func repeated() throws {
        #expect(throws: URLQueryError.repeated) { try query("a=1&b=2&%61=1").value("a") }
        #expect(try query("a=1&b=2&%61=3").values("a") == ["1", "3"])
    }

    @Test(
        "broken escapes, and what is not UTF-8",
        arguments: ["a=%", "a=%4", "a=%g0", "a=b%zz", "a=%ff", "a=%c3"])
    func malformed(text: String) {
        #expect(throws: URLQueryError.malformed) { try query(text).value("a") }
        #expect(throws: URLQueryError.malformed) { try query(text).all() }
    }

    @Test("what is broken elsewhere does not matter to a parameter that is fine")
    func malformedElsewhere() throws {
        #expect(try query("x=%zz&%zz=y&a=b").value("a") == "b")
    }

    @Test("all parameters in order")
    func all() throws {
        let all = try query("b=1&a=%20&b=2").all()
        #expect(all.map(\.name) == ["b", "a", "b"])
        #expect(all.map(\.value) == ["1", " ", "2"])
    }

    @Test("the number of parameters is bounded")
    func bounded() throws {
        let most = Array(repeating: "a=1", count: URLQuery.maximumPairs).joined(separator: "&")
        #expect(try query(most).values("a").count == URLQuery.maximumPairs)
        #expect(throws: URLQueryError.tooManyPairs) { try query(most + "&b=1").value("c") }
    }
}
