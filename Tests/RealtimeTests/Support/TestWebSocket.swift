import TestSupport

@testable import Realtime

/// The client's side of a WebSocket, frame by frame.
final class TestWebSocket {
    /// A frame as the server sent it.
    struct Frame: Equatable {
        var opcode: WebSocketOpcode
        var payload: [UInt8]
        var isFinal = true
        var isCompressed = false

        var text: String { String(decoding: payload, as: UTF8.self) }

        /// The code that a Close frame carries.
        var closeCode: UInt16? {
            guard opcode == .close, payload.count >= 2 else { return nil }
            return UInt16(payload[0]) << 8 | UInt16(payload[1])
        }
    }

    struct Refused: Error {
        let answer: String
    }

    let socket: TestSocket
    /// The answer to the upgrade.
    let handshake: String

    /// - Parameter headers: further lines of the request, each with its end.
    init(_ socket: TestSocket, path: String, extensions: String? = nil, headers: String = "") throws {
        self.socket = socket
        var request =
            "GET \(path) HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        request += "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        if let extensions { request += "Sec-WebSocket-Extensions: \(extensions)\r\n" }
        socket.send(request + headers + "\r\n")
        handshake = try socket.read(until: "\r\n\r\n")
        guard handshake.hasPrefix("HTTP/1.1 101 ") else { throw Refused(answer: handshake) }
    }

    func send(_ text: String) {
        send(.text, Array(text.utf8))
    }

    func send(
        _ opcode: WebSocketOpcode, _ payload: [UInt8], isFinal: Bool = true, isCompressed: Bool = false
    ) {
        socket.send(Self.frame(opcode, payload, isFinal: isFinal, isCompressed: isCompressed))
    }

    /// A frame as a client sends it.
    static func frame(
        _ opcode: WebSocketOpcode, _ payload: [UInt8], isFinal: Bool = true, isCompressed: Bool = false
    ) -> [UInt8] {
        var buffer = ByteBuffer()
        payload.withUnsafeBytes {
            WebSocketFrame.append(
                opcode, $0, isFinal: isFinal, isCompressed: isCompressed, maskingKey: 0x1234_5678, to: &buffer
            )
        }
        return buffer.array
    }

    func sendClose(_ code: UInt16) {
        send(.close, [UInt8(code >> 8), UInt8(code & 0xFF)])
    }

    /// The next frame.
    func receive(seconds: Int32 = Patience.seconds) throws -> Frame {
        let start = try socket.read(count: 2, seconds: seconds)
        var length = Int(start[1] & 0x7F)
        if length == 126 {
            length = try socket.read(count: 2).reduce(0) { $0 << 8 | Int($1) }
        } else if length == 127 {
            length = try socket.read(count: 8).reduce(0) { $0 << 8 | Int($1) }
        }
        return Frame(
            opcode: WebSocketOpcode(rawValue: start[0] & 0x0F)!, payload: try socket.read(count: length),
            isFinal: start[0] & 0x80 != 0, isCompressed: start[0] & 0x40 != 0)
    }
}
