import Testing

@testable import Realtime

@Suite("The application's answer about rights")
struct AuthorizationAnswerTests {
    private func answer(
        _ body: String, status: Int = 200, cacheControl: String? = nil
    ) -> AuthorizationAnswer? {
        AuthorizationAnswer(status: status, body: Array(body.utf8), cacheControl: cacheControl)
    }

    private func age(_ cacheControl: String) -> Duration? {
        answer(#"{"rights":"r"}"#, cacheControl: cacheControl)?.maximumAge
    }

    @Test("The question names user and room, and the device where there is one")
    func question() {
        let user: UserID = "b\"ob"
        let room: RoomID = "räume/1"
        var question = AuthorizationQuestion(user: user, device: nil, room: room)
        #expect(String(decoding: question.json, as: UTF8.self) == #"{"user_id":"b\"ob","room_id":"räume/1"}"#)
        question = AuthorizationQuestion(user: user, device: DeviceID("d"), room: room)
        #expect(
            String(decoding: question.json, as: UTF8.self)
                == #"{"user_id":"b\"ob","room_id":"räume/1","device_id":"d"}"#)
    }

    @Test(
        "Rights are their letters",
        arguments: [
            ("rw", [.read, .write]), ("wr", [.read, .write]), ("r", .read), ("w", .write), ("", []),
        ] as [(String, RoomRights)])
    func letters(_ letters: String, _ rights: RoomRights) {
        #expect(answer(#"{"because":[1],"rights":"\#(letters)"}"#)?.rights == rights)
    }

    @Test("Forbidden and unknown are no rights", arguments: [403, 404])
    func refusal(_ status: Int) {
        #expect(answer("<html>", status: status)?.rights == [])
        #expect(
            answer("", status: status, cacheControl: "max-age=5")?.maximumAge == .seconds(5))
    }

    @Test("Any other status is no answer", arguments: [0, 100, 201, 204, 301, 400, 401, 410, 429, 500, 503])
    func otherStatus(_ status: Int) {
        #expect(answer(#"{"rights":"rw"}"#, status: status) == nil)
    }

    @Test(
        "What is not of the form is no answer",
        arguments: [
            "", "rw", "[]", "{}", #"{"rights":null}"#, #"{"rights":true}"#, #"{"rights":["r"]}"#,
            #"{"rights":"x"}"#, #"{"rights":"rr"}"#, #"{"rights":"RW"}"#, #"{"rights":"r "}"#,
            #"{"rights":"r"}x"#,
            #"{"rights":"r","rights":"rw"}"#, #"{"Rights":"r"}"#, #"{"rights":"r","a":[[[[[[[[[1]]]]]]]]]}"#,
        ])
    func garbage(_ body: String) {
        #expect(answer(body) == nil)
    }

    @Test("Without a word on its age an answer is not remembered")
    func noAge() {
        #expect(answer(#"{"rights":"r"}"#)?.maximumAge == nil)
        #expect(age("public") == nil)
        #expect(age("") == nil)
    }

    @Test(
        "The age is read wherever it stands and however it is written",
        arguments: [
            "max-age=60", "private, max-age=60", "MAX-AGE=60 , must-revalidate", "max-age=\"60\"",
            "max-age = 60",
        ])
    func written(_ cacheControl: String) {
        #expect(age(cacheControl) == .seconds(60))
    }

    @Test(
        "What must not be remembered, or has no readable age, is not",
        arguments: [
            "no-store", "max-age=60, no-store", "no-cache, max-age=60", "max-age=0", "max-age=-1", "max-age=",
            "max-age", "max-age=1.5", "max-age=6x", "max-age=60, max-age=3600", "s-maxage=60", "max-age=٦",
        ])
    func notRemembered(_ cacheControl: String) {
        #expect(age(cacheControl) == nil)
    }

    @Test("An age has a bound", arguments: ["max-age=3601", "max-age=99999999999999999999999999"])
    func bound(_ cacheControl: String) {
        #expect(age(cacheControl) == .seconds(3600))
    }
}
