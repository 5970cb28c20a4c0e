/// Devices that get notifications: each checks order and content, and acknowledges what came together at once.
struct Recipients: MessageSink {
    /// A notification that came for the first time.
    struct Delivery {
        let connection: Int
        let tag: Tag
        let at: UInt64
    }

    /// A device whose acknowledgements have all been answered, for now.
    struct Acknowledgement {
        let connection: Int
        /// How many notifications the device has had by then.
        let delivered: Int
        let at: UInt64
    }

    private struct Device {
        /// The number that has to come next; nil before the first one, which may be any.
        var next: Int?
        /// What has come in this turn, ready to stand in an acknowledgement.
        var unacknowledged: [UInt8] = []
        var acknowledging = 0
        var delivered = 0
    }

    /// What has come since whoever counts took it; the order is that of arrival.
    var deliveries: [Delivery] = []
    /// The same for answered acknowledgements.
    var acknowledgements: [Acknowledgement] = []
    /// Acknowledgements that have not been answered.
    private(set) var acknowledging = 0
    /// Devices that have had all that was waiting for them and have heard that it is acknowledged.
    private(set) var settled = 0
    /// Notifications that came again.
    private(set) var redelivered: UInt64 = 0

    private var devices: [Device]
    /// Connections that have something to acknowledge.
    private var touched: [Int] = []
    private let message: String
    private let waiting: Int
    /// How many acknowledgements have been sent.
    private var sent = 0

    init(_ options: Options) {
        devices = Array(repeating: Device(), count: options.connections)
        waiting = options.notifications.pending
        let least = NotificationBody.leastSize(idempotent: false)
        message = #""message":""# + NotificationBody.letters(max(0, options.size - least)) + #"""#
    }

    mutating func received(
        _ index: Int, _ payload: UnsafeRawBufferPointer, at now: UInt64, _ swarm: Swarm
    ) throws(BenchFailure) {
        if payload.contains(#""type":"system_notification""#) {
            try delivered(index, payload, at: now)
        } else if payload.contains(#""type":"ack""#) {
            guard devices[index].acknowledging > 0 else {
                throw BenchFailure("connection \(index): an ack that nobody waits for: \(payload.excerpt)")
            }
            devices[index].acknowledging -= 1
            acknowledging -= 1
            if devices[index].acknowledging == 0 {
                if devices[index].delivered == waiting { settled += 1 }
                acknowledgements.append(
                    Acknowledgement(connection: index, delivered: devices[index].delivered, at: now))
            }
        } else if payload.contains(#""type":"error""#) || payload.contains(#""type":"disconnect""#) {
            throw BenchFailure("connection \(index): the server said \(payload.excerpt)")
        }
    }

    private mutating func delivered(
        _ index: Int, _ payload: UnsafeRawBufferPointer, at now: UInt64
    ) throws(BenchFailure) {
        guard let id = payload.text(after: #""notification_id":""#), !id.isEmpty,
            let number = payload.number(after: #""seq":"#),
            let attempt = payload.number(after: #""attempt":"#),
            let mark = payload.find(Dialect.marker, from: 0).map({ $0 + Dialect.marker.utf8.count }),
            mark + Tag.width <= payload.count, let tag = Tag(payload.baseAddress! + mark),
            payload.contains(message), payload.contains(NotificationBody.title)
        else {
            throw BenchFailure("connection \(index): a notification came changed: \(payload.excerpt)")
        }
        if devices[index].unacknowledged.isEmpty {
            touched.append(index)
        } else {
            devices[index].unacknowledged.append(0x2C)
        }
        devices[index].unacknowledged.append(0x22)
        devices[index].unacknowledged += id
        devices[index].unacknowledged.append(0x22)

        let next = devices[index].next ?? number
        if number < next, attempt > 1 {
            redelivered += 1
            return
        }
        guard number == next else {
            throw BenchFailure(
                "connection \(index): notification \(number) came where \(next) was due: \(payload.excerpt)")
        }
        devices[index].next = next + 1
        devices[index].delivered += 1
        deliveries.append(Delivery(connection: index, tag: tag, at: now))
    }

    /// Acknowledges what this turn has brought, with one message for each device.
    mutating func turnEnded(_ swarm: Swarm) throws(BenchFailure) {
        for index in touched {
            sent += 1
            let head = #"{"type":"notification_ack","message_id":"\#(sent)","data":{"notification_ids":["#
            let text = Array(head.utf8) + devices[index].unacknowledged + Array("]}}".utf8)
            try swarm.send(index, ClientFrame.encode(opcode: 1, text))
            devices[index].unacknowledged.removeAll(keepingCapacity: true)
            devices[index].acknowledging += 1
            acknowledging += 1
        }
        touched.removeAll(keepingCapacity: true)
    }
}
