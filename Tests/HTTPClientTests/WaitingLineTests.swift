import Testing

@testable import HTTPClient

@Suite("Line for connections")
struct WaitingLineTests {
    private let start = ContinuousClock.now
    private let desk = TransferDesk(HTTPClient.Settings())

    /// Those who wait for so many seconds, in this order.
    private func line(_ seconds: [Int]) throws -> (line: WaitingLine, tickets: [TransferDesk.Ticket]) {
        var line = WaitingLine()
        let tickets = try seconds.map { seconds in
            let ticket = try desk.reserve()
            line.append(
                .init(ticket: ticket, request: .init(.get, "http://a"), deadline: start + .seconds(seconds)))
            return ticket
        }
        return (line, tickets)
    }

    /// Takes out everybody.
    private func order(of line: inout WaitingLine) -> [TransferDesk.Ticket] {
        var tickets: [TransferDesk.Ticket] = []
        while let place = line.takeFirst() { tickets.append(place.ticket) }
        return tickets
    }

    @Test("Who comes first goes first")
    func order() throws {
        var (line, tickets) = try line([3, 1, 2])
        #expect(order(of: &line) == tickets)
        #expect(order(of: &line) == [])
    }

    @Test("The next deadline is the earliest, wherever it stands")
    func nextDeadline() throws {
        var (line, tickets) = try line([3, 1, 2])
        #expect(line.nextDeadline == start + .seconds(1))
        _ = line.remove(tickets[1])
        #expect(line.nextDeadline == start + .seconds(2))
        #expect(WaitingLine().nextDeadline == nil)
    }

    @Test("Whose time is up leaves the line, at the very moment too; the others keep their order")
    func overdue() throws {
        var (line, tickets) = try line([3, 1, 4, 2])
        let overdue = [line.takeOverdue(at: start), line.takeOverdue(at: start + .seconds(2))]
        #expect(overdue == [[], [tickets[1], tickets[3]]])
        #expect(order(of: &line) == [tickets[0], tickets[2]])
    }

    @Test("Only who stands in line can be taken out of it")
    func remove() throws {
        var (line, tickets) = try line([1])
        let answers = [line.remove(tickets[0]), line.remove(tickets[0])]
        #expect(answers == [true, false])
    }
}
