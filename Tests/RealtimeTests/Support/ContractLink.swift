@testable import Realtime

/// What carries a test client's messages: a real WebSocket, or memory.
protocol ContractLink: AnyObject, Sendable {
    func send(_ message: [UInt8], as kind: WebSocketMessageKind)

    /// The next thing that the server does, which is waited for.
    func next() throws -> ContractLinkEvent

    /// Ends without a word, as when a cable is pulled.
    func cut()

    /// Says goodbye and ends.
    func close()
}

enum ContractLinkEvent: Sendable, Equatable {
    case text(String)
    /// The server has closed, with this code where it said one.
    case closed(UInt16?)
}

/// Over a socket.
///
/// `@unchecked Sendable`: a test uses each of its clients on one thread at a time.
final class WebSocketLink: ContractLink, @unchecked Sendable {
    let webSocket: TestWebSocket

    init(_ webSocket: TestWebSocket) {
        self.webSocket = webSocket
    }

    func send(_ message: [UInt8], as kind: WebSocketMessageKind) {
        webSocket.send(kind == .text ? .text : .binary, message)
    }

    func next() throws -> ContractLinkEvent {
        while true {
            let frame = try webSocket.receive()
            switch frame.opcode {
            case .text: return .text(frame.text)
            case .close: return .closed(frame.closeCode)
            default: continue
            }
        }
    }

    func cut() {
        webSocket.socket.reset()
    }

    func close() {
        webSocket.sendClose(1000)
    }
}

/// Without a socket: the session's carrier puts what it is given into an inbox.
final class MemoryLink: ContractLink {
    private let peer: LoopBound<MemoryCarrier>
    private let inbox: Inbox<ContractLinkEvent>

    init(_ peer: LoopBound<MemoryCarrier>, _ inbox: Inbox<ContractLinkEvent>) {
        self.peer = peer
        self.inbox = inbox
    }

    func send(_ message: [UInt8], as kind: WebSocketMessageKind) {
        peer.loop.post { [peer] in peer.value.deliver(message, as: kind) }
    }

    func next() throws -> ContractLinkEvent {
        try inbox.take()
    }

    func cut() {
        peer.loop.post { [peer] in peer.value.end() }
    }

    func close() {
        cut()
    }

    /// Does something with the carrier on its loop, soon.
    func post(_ body: @escaping @Sendable (MemoryCarrier) -> Void) {
        peer.loop.post { [peer] in body(peer.value) }
    }

    /// Does something with the carrier on its loop, and returns what came of it.
    func onLoop<Result: Sendable>(_ body: @escaping @Sendable (MemoryCarrier) -> Result) throws -> Result {
        let done = Inbox<Result>()
        peer.loop.post { [peer] in done.put(body(peer.value)) }
        return try done.take()
    }
}

/// A session's carrier that has no socket. It belongs to one loop.
final class MemoryCarrier: MessageCarrier {
    private let told: ((ContractLinkEvent) -> Void)?
    private let loop: EventLoop
    private(set) var session: ClientSession?
    private var isUp = true
    private var isGone = false
    /// How often its session used it after it had been told that it is gone: a real one might not be there any more.
    private(set) var usesAfterEnd = 0
    private(set) var isPaused = false
    /// What came while reading was paused, as it would wait in the kernel.
    private var unread = Ring<(bytes: [UInt8], kind: WebSocketMessageKind)>()
    /// How much waits for a reader that does not read.
    private(set) var unsentBytes = 0
    /// Whether what is sent stays unread, as by a peer that does not read.
    var holdsBack = false {
        didSet { if !holdsBack { readAll() } }
    }
    /// Whether the session wants to know when all was read.
    private(set) var isSessionWaiting = false
    /// Whether more comes though reading was paused: what one read has inflated to.
    var ignoresPause = false
    /// How many messages were handed to the session.
    private(set) var deliveredCount = 0

    /// - Parameter told: takes what the server does; nil for a client that does not care.
    init(on loop: EventLoop, _ told: ((ContractLinkEvent) -> Void)?) {
        self.loop = loop
        self.told = told
    }

    func open(_ session: ClientSession) {
        self.session = session
    }

    // MARK: The client's side

    func deliver(_ message: [UInt8], as kind: WebSocketMessageKind) {
        guard isUp else { return }
        guard ignoresPause || !isPaused && unread.isEmpty else {
            unread.append((message, kind))
            return
        }
        hand(message, as: kind)
    }

    private func hand(_ message: [UInt8], as kind: WebSocketMessageKind) {
        deliveredCount += 1
        message.withUnsafeBytes { session?.received($0, isText: kind == .text) }
    }

    /// The connection is gone.
    func end() {
        isUp = false
        let last = session
        session = nil
        last?.closed()
        isGone = true
    }

    // MARK: The session's side

    var isOpen: Bool {
        used()
        return isUp
    }

    private func used() {
        if isGone { usesAfterEnd += 1 }
    }

    func send(text: UnsafeRawBufferPointer) {
        guard isOpen else { return }
        if holdsBack { unsentBytes += text.count }
        told?(.text(String(decoding: text, as: UTF8.self)))
    }

    func send(_ frame: inout BroadcastFrame) {
        guard isOpen else { return }
        frame.plain.withUnsafeBytes { send(text: WebSocketFrame.payload(of: $0)) }
    }

    /// The peer reads what has been sent so far.
    func readAll() {
        unsentBytes = 0
        guard isSessionWaiting else { return }
        isSessionWaiting = false
        session?.sentAll()
    }

    func tellWhenSent() {
        used()
        isSessionWaiting = true
    }

    func pauseReading() {
        isPaused = true
    }

    func resumeReading() {
        used()
        guard isPaused else { return }
        isPaused = false
        // As a socket does: what waited comes in a later turn.
        let me = LoopBound(self, on: loop)
        loop.post { me.value.readOn() }
    }

    private func readOn() {
        while isUp, !isPaused, let (bytes, kind) = unread.popFirst() { hand(bytes, as: kind) }
    }

    func close(_ code: WebSocketCloseCode, reason: String) {
        guard isOpen else { return }
        isUp = false
        told?(.closed(code.rawValue))
        let me = LoopBound(self, on: loop)
        loop.post { me.value.end() }
    }

    func closeSlowReader() {
        close(.tooSlow, reason: "")
    }
}
