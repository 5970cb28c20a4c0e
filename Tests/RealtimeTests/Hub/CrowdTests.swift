import Testing

@testable import Realtime

@Suite("Who may be connected")
struct CrowdTests {
    private let ada: UserID = "ada"

    @Test("nobody is, at first")
    func empty() {
        let crowd = Crowd()
        #expect(!crowd.mayHold(ada))
    }

    @Test("a user is from the first connection to the last one's end")
    func counted() {
        let crowd = Crowd()
        crowd.add(ada)
        crowd.add(ada)
        #expect(crowd.mayHold(ada) && crowd.mayHold(ada, moreThan: 1))
        #expect(!crowd.mayHold(ada, moreThan: 2))
        crowd.remove(ada)
        #expect(crowd.mayHold(ada) && !crowd.mayHold(ada, moreThan: 1))
        crowd.remove(ada)
        #expect(!crowd.mayHold(ada))
    }

    @Test("few of those who are away are taken for present")
    func precision() {
        let crowd = Crowd()
        for index in 0..<1_000 { crowd.add(UserID("here-\(index)")!) }
        let mistaken = (0..<10_000).count { crowd.mayHold(UserID("away-\($0)")!) }
        // A thousand of 65,536 buckets are taken: about 150 of these fall into one.
        #expect(mistaken < 400)
    }
}
