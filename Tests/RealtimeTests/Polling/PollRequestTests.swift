import Testing

@testable import Realtime

@Suite("What a poll asks for")
struct PollRequestTests {
    private func read(_ query: String, lastEventID: String? = nil) throws(RealtimeError) -> PollRequest {
        try PollRequest(URLQuery(HTTPSlice(query)), lastEventID: lastEventID)
    }

    private let id = MessageID(milliseconds: 7, count: 1, generator: 2)

    @Test(
        "without anything it is a connect that waits for nothing",
        arguments: ["", "lastMessageId=&lastTimestamp="])
    func connect(query: String) throws {
        let request = try read(query)
        #expect(request.isConnect)
        #expect(request.session == .unnamed)
        #expect(request.wait == .zero)
        #expect(request.device == nil)
    }

    @Test("it waits 25 seconds where it names a session, and as long as it says, up to a minute")
    func wait() throws {
        let session = try #require(ConnectionID("conn_00000000000G4"))
        #expect(try read("session=\(session)").wait == .seconds(25))
        #expect(try read("session=\(session)&wait=0").wait == .zero)
        #expect(try read("wait=1.5").wait == .milliseconds(1500))
        #expect(try read("wait=60").wait == .seconds(60))
        #expect(try read("wait=1e300").wait == .seconds(60))
    }

    @Test("a wait that is no time is refused", arguments: ["", "-1", "soon", "nan", "inf", "-0.5"])
    func badWait(text: String) {
        #expect(throws: RealtimeError.self) { try read("wait=\(text)") }
    }

    @Test("a session is named, or nobody's")
    func session() throws {
        let session = try #require(ConnectionID("conn_00000000000G4"))
        #expect(try read("session=\(session)").session == .named(session))
        #expect(try read("session=x").session == .unknown)
        #expect(try read("session=").session == .unnamed)
    }

    @Test("the last id wins, also one that no server made")
    func lastID() throws {
        #expect(try read("lastMessageId=\(id)&lastTimestamp=2026-01-02T03:04:05Z").question == .after(id))
        #expect(try read("lastMessageId=x&lastTimestamp=2026-01-02T03:04:05Z").question == .afterUnknown)
        #expect(try read("lastMessageId=x", lastEventID: "\(id)").question == .after(id))
    }

    @Test(
        "a time has any zone, or none and is UTC",
        arguments: [
            ("2026-01-02T03:04:05.678Z", 1_767_323_045_678), ("2026-01-02T03:04:05.678", 1_767_323_045_678),
            ("2026-01-02T03:04:05", 1_767_323_045_000),
            ("2026-01-02T04:04:05.678%2B01:00", 1_767_323_045_678),
            ("2026-01-02T04:04:05.678+01:00", 1_767_323_045_678),
            ("2026-01-02%2003:04:05.678901", 1_767_323_045_678),
        ])
    func times(text: String, milliseconds: Int64) throws {
        let question = try read("lastTimestamp=\(text)").question
        #expect(question == .since(Timestamp(milliseconds: milliseconds)))
    }

    @Test("a time that is none is refused", arguments: ["yesterday", "1767323045", "2026-02-30T00:00:00Z"])
    func badTimes(text: String) throws {
        let error = #expect(throws: RealtimeError.self) { try read("lastTimestamp=\(text)") }
        #expect(error?.code == .malformed)
    }

    @Test(
        "what is there twice is refused",
        arguments: ["session", "lastMessageId", "lastTimestamp", "wait", "device_id"])
    func twice(name: String) {
        #expect(throws: RealtimeError.self) { try read("\(name)=1&\(name)=1") }
    }
}
