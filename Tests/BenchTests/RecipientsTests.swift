import Glibc
import Testing

@testable import realtime_bench

@Suite("Devices that get notifications")
struct RecipientsTests {
    /// One open connection, whose other end is read here.
    private final class OneDevice {
        let swarm: Swarm
        var recipients: Recipients
        private let peer: Int32

        init() throws {
            let line =
                "inbox ws://127.0.0.1:1/ --service-token-file /proc/self/comm --token-file /proc/self/comm"
            let options = try Options(arguments: line.split(separator: " ").map(String.init))
            var ends: [Int32] = [0, 0]
            try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
            swarm = Swarm(options, first: 0, count: 1, poller: try Poller())
            swarm.connections[0].socket = ends[0]
            peer = ends[1]
            recipients = Recipients(options)
        }

        deinit { close(peer) }

        func take(_ payload: String) throws(BenchFailure) {
            let bytes = Array(payload.utf8)
            try bytes.span.withUnsafeBytes { bytes throws(BenchFailure) in
                try recipients.received(0, bytes, at: 1000, swarm)
            }
        }

        /// What the device has sent at the end of this turn, unmasked; empty when nothing.
        func endTurn() throws -> String {
            try recipients.turnEnded(swarm)
            var bytes = [UInt8](repeating: 0, count: 1000)
            let count = recv(peer, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return "" }
            let header = bytes[1] & 0x7F == 126 ? 8 : 6
            let payload = bytes[header..<count].enumerated().map { $1 ^ ClientFrame.maskKey[$0 & 3] }
            return String(decoding: payload, as: UTF8.self)
        }
    }

    private let message = NotificationBody.letters(200 - NotificationBody.leastSize(idempotent: false))

    private func notification(_ number: Int, attempt: Int = 1, message: String? = nil) -> String {
        let tag = Tag(stream: 7, counter: UInt32(number))
        return #"{"type":"system_notification","data":{"notification_id":"n\#(number)","seq":\#(number),"#
            + #""title":"Build finished","message":"\#(message ?? self.message)","attempt":\#(attempt),"#
            + NotificationBody.data(tag) + "}}"
    }

    @Test("what comes in one turn is acknowledged with one message")
    func acknowledges() throws {
        let device = try OneDevice()
        try device.take(notification(4))
        try device.take(notification(5))
        try device.take(#"{"type":"notification_counts","data":{"unread":2,"unseen":2}}"#)
        #expect(
            try device.endTurn()
                == #"{"type":"notification_ack","message_id":"1","data":{"notification_ids":["n4","n5"]}}"#)
        #expect(try device.endTurn() == "")
        #expect(device.recipients.acknowledging == 1)
        #expect(device.recipients.deliveries.map(\.tag.counter) == [4, 5])
        try device.take(#"{"type":"ack","reply_to":"1","data":{"message_id":"1"}}"#)
        #expect(device.recipients.acknowledging == 0)
        #expect(device.recipients.acknowledgements.map(\.delivered) == [2])
    }

    @Test("a device is settled when it has had all that was waiting and knows it acknowledged")
    func settled() throws {
        let device = try OneDevice()
        for number in 1...10 { try device.take(notification(number)) }
        _ = try device.endTurn()
        #expect(device.recipients.settled == 0)
        try device.take(#"{"type":"ack","reply_to":"1","data":{"message_id":"1"}}"#)
        #expect(device.recipients.settled == 1)
    }

    @Test("one that comes again is acknowledged again and counted apart")
    func redelivered() throws {
        let device = try OneDevice()
        try device.take(notification(1))
        _ = try device.endTurn()
        try device.take(notification(1, attempt: 2))
        #expect(try device.endTurn().contains(#"["n1"]"#))
        #expect(device.recipients.redelivered == 1)
        #expect(device.recipients.deliveries.count == 1)
    }

    @Test("a hole, a repeat that is not one, a changed message and an unasked ack end the run")
    func refuses() throws {
        let wrong = [
            notification(3), notification(1), notification(2, message: message + "x"),
            notification(2, message: "short"), #"{"type":"ack","data":{}}"#,
            #"{"type":"error","data":{"code":"rate_limited"}}"#,
            #"{"type":"system_notification","data":{"seq":2}}"#,
        ]
        for payload in wrong {
            let device = try OneDevice()
            try device.take(notification(1))
            #expect(throws: BenchFailure.self) { try device.take(payload) }
        }
    }
}
