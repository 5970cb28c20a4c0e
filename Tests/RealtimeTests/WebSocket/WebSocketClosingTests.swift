import Testing

@testable import Realtime

@Suite("WebSocket closing handshake")
struct WebSocketClosingTests {
    @Test("the peer begins: its code is sent back, and the connection dropped once that is out")
    func peerBegins() {
        var closing = WebSocketClosing()
        #expect(closing.isOpen)
        #expect(closing.receivedClose(.goingAway) == .sendCloseAndDrop(.goingAway, reason: ""))
        #expect(closing.state == .closeReceived)
        #expect(!closing.isOpen)
        #expect(closing.closeFlushed() == .drop)
        #expect(closing.state == .closed)
    }

    @Test("a Close without a code is answered without one")
    func noCode() {
        var closing = WebSocketClosing()
        #expect(closing.receivedClose(nil) == .sendCloseAndDrop(nil, reason: ""))
    }

    @Test("the server begins: it waits for the peer's Close, then drops")
    func serverBegins() {
        var closing = WebSocketClosing()
        #expect(closing.close(.normal, reason: "done") == .sendCloseAndWait(.normal, reason: "done"))
        #expect(closing.state == .closeSent)
        #expect(closing.closeFlushed() == .nothing)
        #expect(closing.receivedClose(.normal) == .drop)
        #expect(closing.state == .closed)
    }

    @Test("a peer that does not answer is dropped when the time is over")
    func peerSilent() {
        var closing = WebSocketClosing()
        _ = closing.close(.normal)
        #expect(closing.closeTimedOut() == .drop)
        #expect(closing.state == .closed)
    }

    @Test("a peer that does not read our answer is dropped when the time is over")
    func peerDoesNotRead() {
        var closing = WebSocketClosing()
        _ = closing.receivedClose(.normal)
        #expect(closing.closeTimedOut() == .drop)
    }

    @Test("where both begin at once each frame answers the other, and only one is sent")
    func simultaneous() {
        var closing = WebSocketClosing()
        _ = closing.close(.goingAway)
        #expect(closing.receivedClose(.normal) == .drop)
        #expect(closing.receivedClose(.normal) == .nothing)
        #expect(closing.close(.normal) == .nothing)
    }

    @Test("a broken frame is answered by its code, without waiting")
    func failure() {
        var closing = WebSocketClosing()
        #expect(
            closing.received(.invalidText) == .sendCloseAndDrop(.invalidPayload, reason: "text not UTF-8"))
        #expect(closing.state == .closeReceived)
        #expect(closing.close(.normal) == .nothing)
        #expect(closing.receivedClose(.normal) == .nothing)
    }

    @Test("a broken frame after our Close just drops")
    func failureWhileClosing() {
        var closing = WebSocketClosing()
        _ = closing.close(.normal)
        #expect(closing.received(.reservedBits) == .drop)
    }

    @Test("closing twice sends one frame")
    func twice() {
        var closing = WebSocketClosing()
        _ = closing.close(.normal)
        #expect(closing.close(.internalError) == .nothing)
    }

    @Test("a lost connection ends every state")
    func lost() {
        var open = WebSocketClosing()
        #expect(open.connectionEnded() == .drop)
        var sent = WebSocketClosing()
        _ = sent.close(.normal)
        #expect(sent.connectionEnded() == .drop)
        var received = WebSocketClosing()
        _ = received.receivedClose(.normal)
        #expect(received.connectionEnded() == .drop)
        #expect(open.state == .closed && sent.state == .closed && received.state == .closed)
    }

    @Test("nothing happens any more once it is closed")
    func closed() {
        var closing = WebSocketClosing()
        _ = closing.connectionEnded()
        #expect(closing.close(.normal) == .nothing)
        #expect(closing.receivedClose(nil) == .nothing)
        #expect(closing.received(.invalidText) == .nothing)
        #expect(closing.closeFlushed() == .nothing)
        #expect(closing.closeTimedOut() == .nothing)
        #expect(closing.connectionEnded() == .nothing)
        #expect(closing.state == .closed)
    }

    @Test("a timer that fires while the connection is open changes nothing")
    func strayTimer() {
        var closing = WebSocketClosing()
        #expect(closing.closeTimedOut() == .nothing)
        #expect(closing.isOpen)
    }

    @Test("every failure names a code that may be sent")
    func codes() {
        let failures: [WebSocketFailure] = [
            .reservedBits, .reservedOpcode, .fragmentedControlFrame, .controlFrameTooLong, .unmaskedFrame,
            .maskedFrame, .lengthNotMinimal, .lengthTooLarge, .nothingToContinue, .messageInterrupted,
            .invalidClosePayload, .invalidCloseCode, .invalidCloseReason, .invalidText, .invalidCompression,
            .messageTooBig,
        ]
        for failure in failures { #expect(failure.closeCode.isAllowedOnTheWire) }
    }
}
