import COpenSSL
import Testing

@testable import Realtime

@Suite("TLS session")
struct TLSSessionTests {
    let folder = TLSTestFolder()
    let context: TLSContext

    init() throws {
        context = try folder.context(for: TLSTestCertificate())
    }

    private func openPair(_ client: TLSTestPair.Client = .init()) throws -> TLSTestPair {
        let pair = try TLSTestPair(context, client: client)
        let (client, server) = pair.shakeHands()
        try #require(client == .complete(alpn: "http/1.1") && server == .complete(alpn: "http/1.1"))
        return pair
    }

    // MARK: Handshake

    @Test(
        "a handshake ends with the same protocol on both sides", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func handshake(version: Int32) throws {
        let pair = try TLSTestPair(context, client: .init(maxVersion: version))
        #expect(pair.server.isHandshaking)
        let (client, server) = pair.shakeHands()
        #expect(client == .complete(alpn: "http/1.1"))
        #expect(server == .complete(alpn: "http/1.1"))
        #expect(!pair.server.isHandshaking)
        #expect(pair.server.version == (version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3"))
        #expect(pair.server.cipher == pair.client.cipher)
        #expect(pair.server.cipher?.contains("GCM") == true)
    }

    @Test("a handshake survives being cut into single bytes", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func handshakeByteByByte(version: Int32) throws {
        let pair = try TLSTestPair(context, client: .init(maxVersion: version))
        let (client, server) = pair.shakeHands(piece: 1)
        #expect(client == .complete(alpn: "http/1.1"))
        #expect(server == .complete(alpn: "http/1.1"))
    }

    @Test("a handshake survives a cut at any byte", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func handshakeCutAnywhere(version: Int32) throws {
        var cut = 1
        var longest = 2
        while cut < longest {
            let pair = try TLSTestPair(context, client: .init(maxVersion: version))
            _ = pair.clientStep()
            longest = max(longest, pair.toServer.count)
            // In two pieces at `cut`, then the answer to it too.
            var server = pair.serverStep(piece: cut)
            longest = max(longest, pair.toClient.count)
            _ = pair.clientStep(piece: cut)
            server = pair.serverStep(piece: cut)
            _ = pair.clientStep(piece: cut)
            #expect(server == .complete(alpn: "http/1.1"), "cut at \(cut)")
            cut += 1
        }
        #expect(longest > 500)
    }

    @Test("a handshake can be put off: what came is held until its turn")
    func deferredHandshake() throws {
        let pair = try TLSTestPair(context)
        _ = pair.clientStep()
        TLSTestPair.deliver(&pair.toServer, to: pair.server, piece: 7) { _ in }
        #expect(pair.server.hasInput)
        #expect(pair.countToClient == 0)
        #expect(pair.server.handshake(output: &pair.toClient) == .needsMoreInput)
        #expect(!pair.server.hasInput)
        #expect(pair.clientStep() == .complete(alpn: "http/1.1"))
        // The first request comes along with the end of the handshake, and is put off with it.
        try pair.clientWrites(Array("GET".utf8))
        TLSTestPair.deliver(&pair.toServer, to: pair.server, piece: .max) { _ in }
        #expect(pair.server.handshake(output: &pair.toClient) == .complete(alpn: "http/1.1"))
        #expect(pair.server.hasInput)
        var nothing = ByteBuffer()
        let read = TLSTestPair.read(&nothing, by: pair.server, output: &pair.toClient)
        #expect(read.plaintext == Array("GET".utf8))
    }

    @Test("a client that names no protocol is served, one that names only others is turned away")
    func alpn() throws {
        let silent = try TLSTestPair(context, client: .init(alpn: []))
        #expect(silent.shakeHands().server == .complete(alpn: nil))
        let second = try TLSTestPair(context, client: .init(alpn: ["h2", "http/1.1"]))
        #expect(second.shakeHands().server == .complete(alpn: "http/1.1"))
        let other = try TLSTestPair(context, client: .init(alpn: ["h2", "http/1.0", "http/1.1x"]))
        let (client, server) = other.shakeHands()
        #expect(server == .failed(.handshakeFailed(reason: "no application protocol")))
        #expect(client == .failed(.handshakeFailed(reason: "tlsv1 alert no application protocol")))
    }

    @Test("TLS 1.1 is refused, and the client is told")
    func oldVersion() throws {
        let pair = try TLSTestPair(
            context,
            client: .init(
                maxVersion: TLS1_1_VERSION, minVersion: TLS1_1_VERSION, ciphers: "DEFAULT:@SECLEVEL=0"))
        let (client, server) = pair.shakeHands()
        #expect(server == .failed(.handshakeFailed(reason: "unsupported protocol")))
        #expect(client == .failed(.handshakeFailed(reason: "tlsv1 alert protocol version")))
    }

    @Test("ciphers without forward secrecy are refused")
    func oldCipher() throws {
        let pair = try TLSTestPair(
            context,
            client: .init(maxVersion: TLS1_2_VERSION, ciphers: "AES128-GCM-SHA256:ECDHE-ECDSA-AES128-SHA"))
        #expect(pair.shakeHands().server == .failed(.handshakeFailed(reason: "no shared cipher")))
    }

    @Test("plain HTTP on a TLS port is recognised")
    func plainHTTP() throws {
        let pair = try TLSTestPair(context)
        pair.toServer.append("GET / HTTP/1.1\r\nHost: a\r\n\r\n" as StaticString)
        #expect(pair.serverStep() == .failed(.plainHTTP))
        #expect(pair.server.handshake(output: &pair.toClient) == .failed(.plainHTTP))
    }

    @Test("garbage ends the handshake, and the next session on the thread does not suffer from it")
    func garbage() throws {
        var random = SeededGenerator(seed: 3)
        for round in 0..<200 {
            let pair = try TLSTestPair(context)
            _ = pair.clientStep()
            var hello = pair.toServer.array
            pair.toServer.clear()
            if round % 2 == 0 {
                hello[Int.random(in: 0..<hello.count, using: &random)] ^= UInt8(
                    1 << Int.random(in: 0..<8, using: &random))
            } else {
                hello = (0..<Int.random(in: 6..<600, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
            }
            pair.toServer.append(hello)
            _ = pair.serverStep()
            #expect(pair.serverStep() != .complete(alpn: "http/1.1"))
        }
        _ = try openPair()
    }

    @Test("an error that others left on the thread is not taken for the session's own")
    func foreignErrors() throws {
        let pair = try openPair()
        #expect(BIO_new_file("/nowhere/at/all", "r") == nil)
        try pair.clientWrites([1, 2, 3])
        #expect(BIO_new_file("/nowhere/at/all", "r") == nil)
        let read = pair.serverReads()
        #expect(read.plaintext == [1, 2, 3])
        #expect(read.end == .wouldBlock)
        #expect(ERR_peek_error() == 0)
    }

    @Test("a peer that sends without end during the handshake is cut")
    func endlessHandshake() throws {
        let pair = try TLSTestPair(context)
        // A ClientHello of the longest kind that goes on for ever: each record holds a part of it.
        var sent = 0
        var progress = TLSHandshakeProgress.needsMoreInput
        pair.toServer.append([0x16, 3, 1, 0x40, 0, 1, 1, 0xFF, 0xF0, 3, 3])
        pair.toServer.append([UInt8](repeating: 0, count: 0x4000 - 6))
        while progress == .needsMoreInput && sent < 1 << 20 {
            sent += pair.toServer.count
            progress = pair.serverStep()
            pair.toServer.append([0x16, 3, 3, 0x40, 0])
            pair.toServer.append([UInt8](repeating: 0, count: 0x4000))
        }
        #expect(progress == .failed(.handshakeTooLarge))
        #expect(sent < TLSSession.maxHandshakeBytes + 2 * 0x4005)
    }

    @Test("a connection that ends in the middle of a handshake is truncated")
    func handshakeEnds() throws {
        let pair = try TLSTestPair(context)
        _ = pair.clientStep()
        _ = pair.serverStep(piece: 10)
        pair.server.receiveEnd()
        #expect(pair.server.handshake(output: &pair.toClient) == .failed(.truncated))
    }

    @Test("a ticket makes the next handshake shorter", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func resumption(version: Int32) throws {
        let first = try openPair(.init(maxVersion: version))
        #expect(!first.server.isResumed)
        _ = first.clientReads()
        let session = SSL_get1_session(first.clientSSL)
        defer { SSL_SESSION_free(session) }
        let second = try openPair(.init(maxVersion: version, session: session))
        #expect(second.server.isResumed)
        try second.clientWrites([7])
        #expect(second.serverReads().plaintext == [7])
    }

    // MARK: Bytes

    @Test("a mebibyte goes both ways", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func mebibyte(version: Int32) throws {
        let pair = try openPair(.init(maxVersion: version))
        var random = SeededGenerator(seed: 11)
        let data = (0..<1 << 17).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }
        try pair.clientWrites(data)
        #expect(pair.serverReads(piece: 1447).plaintext == data)
        try pair.serverWrites(data)
        #expect(recordLengths(pair.toClient.array).count <= 66)
        #expect(pair.clientReads(piece: 65_536).plaintext == data)
    }

    @Test("records survive being cut into single bytes")
    func recordsByteByByte() throws {
        let pair = try openPair()
        try pair.clientWrites(Array("hello ".utf8))
        try pair.clientWrites(Array("world".utf8))
        let read = pair.serverReads(piece: 1)
        #expect(read.plaintext == Array("hello world".utf8))
        #expect(read.end == .wouldBlock)
    }

    @Test("small writes are joined into full records")
    func joinsWrites() throws {
        let pair = try openPair()
        let message = [UInt8](repeating: 0x61, count: 200)
        try pair.client.write(output: &pair.toServer) { writer in
            for _ in 0..<100 { message.withUnsafeBytes { writer.append($0) } }
        }
        #expect(recordLengths(pair.toServer.array) == [16_384 + 17, 20_000 - 16_384 + 17])
        #expect(pair.serverReads().plaintext == [UInt8](repeating: 0x61, count: 20_000))
        // A long run behind a short one fills the record and goes on by itself.
        try pair.client.write(output: &pair.toServer) { writer in
            message.withUnsafeBytes { writer.append($0) }
            [UInt8](repeating: 0x62, count: 40_000).withUnsafeBytes { writer.append($0) }
            writer.append(UnsafeRawBufferPointer(start: nil, count: 0))
            message.withUnsafeBytes { writer.append($0) }
        }
        #expect(recordLengths(pair.toServer.array) == [16_384 + 17, 16_384 + 17, 40_400 - 32_768 + 17])
        let expected = message + [UInt8](repeating: 0x62, count: 40_000) + message
        #expect(pair.serverReads().plaintext == expected)
    }

    @Test("writing nothing sends nothing")
    func writesNothing() throws {
        let pair = try openPair()
        try pair.serverWrites([])
        _ = pair.clientReads()
        try pair.clientWrites([])
        #expect(pair.countToServer == 0)
    }

    @Test("what is not read is held, and no more than is bounded")
    func holdsUnread() throws {
        let pair = try openPair()
        try pair.clientWrites([UInt8](repeating: 1, count: 100_000))
        TLSTestPair.deliver(&pair.toServer, to: pair.server, piece: 65_536) { _ in }
        try pair.clientWrites([2])
        let read = pair.serverReads()
        #expect(read.plaintext == [UInt8](repeating: 1, count: 100_000) + [2])
        try pair.clientWrites([UInt8](repeating: 1, count: 300_000))
        TLSTestPair.deliver(&pair.toServer, to: pair.server, piece: 65_536) { _ in }
        #expect(pair.serverReads().end == .failed(.tooMuchHeld))
    }

    @Test("the client may change its keys, and ask the server to do so too, as often as it likes")
    func keyUpdate() throws {
        let pair = try openPair(.init(minVersion: TLS1_3_VERSION))
        for round in 0..<50 as Range<UInt8> {
            #expect(SSL_key_update(pair.clientSSL, SSL_KEY_UPDATE_REQUESTED) == 1)
            try pair.clientWrites([round])
            let read = pair.serverReads()
            #expect(read.plaintext == [round])
            #expect(read.end == .wouldBlock)
            try pair.serverWrites([round, round])
            #expect(pair.clientReads().plaintext == [round, round])
        }
    }

    @Test("renegotiation is refused and the connection goes on")
    func renegotiation() throws {
        let pair = try openPair(.init(maxVersion: TLS1_2_VERSION))
        #expect(SSL_renegotiate(pair.clientSSL) == 1)
        _ = try? pair.clientWrites([1])
        #expect(pair.countToServer > 0)
        let read = pair.serverReads()
        #expect(read.plaintext.isEmpty)
        #expect(read.end == .wouldBlock)
        // One warning, which fits into a record of its own, and no new handshake.
        #expect(recordLengths(pair.toClient.array).count == 1)
        try pair.serverWrites([2])
        #expect(recordLengths(pair.toClient.array).count == 2)
    }

    @Test("a forged record ends the connection", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func forgedRecord(version: Int32) throws {
        let pair = try openPair(.init(maxVersion: version))
        try pair.clientWrites(Array("transfer 1".utf8))
        var record = pair.toServer.array
        record[record.count - 1] ^= 1
        pair.toServer.clear()
        pair.toServer.append(record)
        let read = pair.serverReads()
        #expect(read.plaintext.isEmpty)
        #expect(read.end == .failed(.connectionFailed(reason: "decryption failed or bad record mac")))
        #expect(throws: TLSError.connectionFailed(reason: "decryption failed or bad record mac")) {
            try pair.serverWrites([1])
        }
        // The peer is told.
        #expect(pair.clientReads().end != .wouldBlock)
        #expect(ERR_peek_error() == 0)
    }

    // MARK: Closing

    @Test(
        "a close is said and heard, and the other direction stays open",
        arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func halfClose(version: Int32) throws {
        let pair = try openPair(.init(maxVersion: version))
        _ = pair.clientReads()
        try pair.clientWrites([1])
        pair.client.shutdown(output: &pair.toServer)
        let read = pair.serverReads()
        #expect(read.plaintext == [1])
        #expect(read.end == .closed)
        try pair.serverWrites([2, 3])
        pair.server.shutdown(output: &pair.toClient)
        let answer = pair.clientReads()
        #expect(answer.plaintext == [2, 3])
        #expect(answer.end == .closed)
        #expect(throws: TLSError.self) { try pair.serverWrites([4]) }
    }

    @Test("an end without a close is a truncation", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func truncation(version: Int32) throws {
        let pair = try openPair(.init(maxVersion: version))
        try pair.clientWrites([1, 2])
        pair.server.receiveEnd()
        let read = pair.serverReads()
        #expect(read.plaintext == [1, 2])
        #expect(read.end == .failed(.truncated))
        #expect(ERR_peek_error() == 0)
    }

    @Test("an end in the middle of a record is a truncation")
    func truncatedRecord() throws {
        let pair = try openPair()
        try pair.clientWrites([1, 2])
        let record = pair.toServer.array
        pair.toServer.clear()
        pair.toServer.append(Array(record.dropLast()))
        pair.server.receiveEnd()
        #expect(pair.serverReads().end == .failed(.truncated))
    }

    @Test("an end after a close is no truncation")
    func endAfterClose() throws {
        let pair = try openPair()
        pair.client.shutdown(output: &pair.toServer)
        #expect(pair.serverReads().end == .closed)
        pair.server.receiveEnd()
        #expect(pair.serverReads().end == .closed)
    }

    @Test("shutting down before the handshake is done sends nothing")
    func earlyShutdown() throws {
        let pair = try TLSTestPair(context)
        pair.server.shutdown(output: &pair.toClient)
        #expect(pair.countToClient == 0)
        #expect(ERR_peek_error() == 0)
    }
}
