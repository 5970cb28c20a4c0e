import Testing

@testable import Realtime

@Suite("Token location")
struct TokenLocationTests {
    private func locate(
        _ authorization: String? = nil, _ subprotocols: String? = nil, _ query: String? = nil
    ) -> TokenLocation {
        TokenLocation(authorization: authorization, subprotocols: subprotocols, query: query)
    }

    @Test("Each place is found, and none when there is none")
    func places() {
        #expect(locate("Bearer a.b.c").token == "a.b.c")
        #expect(locate("Bearer a.b.c").place == .header)
        #expect(locate(nil, "realtime.v1, bearer.a.b.c").token == "a.b.c")
        #expect(locate(nil, "realtime.v1, bearer.a.b.c").place == .subprotocol)
        #expect(locate(nil, nil, "a.b.c").token == "a.b.c")
        #expect(locate(nil, nil, "a.b.c").place == .query)
        #expect(locate().token == nil)
        #expect(locate().place == nil)
    }

    @Test("The header wins, then the subprotocol, then the query")
    func precedence() {
        #expect(locate("Bearer h", "realtime.v1, bearer.s", "q").token == "h")
        #expect(locate(nil, "realtime.v1, bearer.s", "q").token == "s")
        #expect(locate(nil, "realtime.v1", "q").token == "q")
        #expect(locate("Bearer h", nil, "q").token == "h")
    }

    @Test("The scheme may be in any case; other schemes bring no token")
    func schemes() {
        #expect(locate("bearer x").token == "x")
        #expect(locate("BEARER \t x ").token == "x")
        #expect(locate("Basic dXNlcjpwYXNz").token == nil)
        #expect(locate("Basic dXNlcjpwYXNz", nil, "q").token == "q")
        #expect(locate("Bearerx").token == nil)
    }

    @Test("An empty token is a bad one, not the lack of one")
    func empty() {
        #expect(locate("Bearer").token == "")
        #expect(locate("Bearer ", nil, "q").token == "")
        #expect(locate(nil, "realtime.v1,bearer.").token == "")
        #expect(locate(nil, nil, "").token == "")
    }

    @Test("realtime.v1 is selected where it is offered, and never the one with the token")
    func selection() {
        #expect(locate(nil, "realtime.v1, bearer.x").subprotocol == "realtime.v1")
        #expect(locate(nil, "bearer.x,realtime.v1").subprotocol == "realtime.v1")
        #expect(locate("Bearer x", "realtime.v1").subprotocol == "realtime.v1")
        #expect(locate(nil, "bearer.x").subprotocol == nil)
        #expect(locate(nil, "chat, superchat").subprotocol == nil)
        #expect(locate(nil, "Realtime.v1").subprotocol == nil)
        #expect(locate().subprotocol == nil)
        #expect(locate(nil, " , ,\t realtime.v1 ,").subprotocol == "realtime.v1")
    }

    @Test("Of several that are spoken the client's first is selected")
    func preference() {
        let location = TokenLocation(
            authorization: nil, subprotocols: "x, realtime.schema.v1, realtime.v1", query: nil,
            spoken: ["realtime.v1", "realtime.schema.v1"])
        #expect(location.subprotocol == "realtime.schema.v1")
    }
}
