import COpenSSL

@testable import Realtime

/// A client and a server session and the bytes on the way between them; the test is the network.
final class TLSTestPair {
    /// What a client may be like.
    struct Client {
        var maxVersion = TLS1_3_VERSION
        var minVersion = TLS1_2_VERSION
        var alpn: [String] = ["http/1.1"]
        var trusted: String?
        var ciphers: String?
        var session: OpaquePointer?
    }

    let client: TLSSession
    let server: TLSSession
    /// The client's OpenSSL, for what only a test does with it.
    let clientSSL: OpaquePointer
    var toServer = ByteBuffer()
    var toClient = ByteBuffer()

    var countToServer: Int { toServer.count }
    var countToClient: Int { toClient.count }

    init(_ context: TLSContext, client options: Client = Client()) throws {
        let records = TLSRecordBuffer()
        server = try TLSSession(context, records: records)
        let clientContext = SSL_CTX_new(TLS_client_method())!
        defer { SSL_CTX_free(clientContext) }
        realtime_ctx_set_min_version(clientContext, options.minVersion)
        realtime_ctx_set_max_version(clientContext, options.maxVersion)
        if let ciphers = options.ciphers { SSL_CTX_set_cipher_list(clientContext, ciphers) }
        if let trusted = options.trusted {
            SSL_CTX_load_verify_file(clientContext, trusted)
            SSL_CTX_set_verify(clientContext, SSL_VERIFY_PEER, nil)
        }
        let ssl = SSL_new(clientContext)!
        SSL_set_connect_state(ssl)
        let protocols = options.alpn.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        if !protocols.isEmpty { SSL_set_alpn_protos(ssl, protocols, UInt32(protocols.count)) }
        if let session = options.session { SSL_set_session(ssl, session) }
        clientSSL = ssl
        client = try TLSSession(owning: ssl, records: records, maxHandshakeBytes: 1 << 20)
    }

    /// Gives the server what the client has sent, in pieces, and lets it go on with the handshake.
    func serverStep(piece: Int = .max) -> TLSHandshakeProgress {
        var progress = TLSHandshakeProgress.needsMoreInput
        Self.deliver(&toServer, to: server, piece: piece) { server in
            progress = server.handshake(output: &toClient)
        }
        return progress
    }

    func clientStep(piece: Int = .max) -> TLSHandshakeProgress {
        var progress = TLSHandshakeProgress.needsMoreInput
        Self.deliver(&toClient, to: client, piece: piece) { client in
            progress = client.handshake(output: &toServer)
        }
        return progress
    }

    /// Shakes hands to the end, whatever that is.
    @discardableResult
    func shakeHands(piece: Int = .max) -> (client: TLSHandshakeProgress, server: TLSHandshakeProgress) {
        var client = clientStep(piece: piece)
        var server = TLSHandshakeProgress.needsMoreInput
        for _ in 0..<4 {
            server = serverStep(piece: piece)
            client = clientStep(piece: piece)
        }
        return (client, server)
    }

    static func deliver(
        _ bytes: inout ByteBuffer, to session: TLSSession, piece: Int, _ body: (TLSSession) -> Void
    ) {
        let sent = bytes.array
        bytes.clear()
        var rest = sent[...]
        repeat {
            let part = Array(rest.prefix(piece))
            rest = rest.dropFirst(part.count)
            part.withUnsafeBytes { bytes in session.receive(bytes) { body(session) } }
        } while !rest.isEmpty
    }

    /// What the session reads from these bytes, and how it ended.
    static func read(
        _ bytes: inout ByteBuffer, by session: TLSSession, piece: Int = .max, output: inout ByteBuffer
    ) -> (plaintext: [UInt8], end: TLSRead) {
        var plaintext: [UInt8] = []
        var end = TLSRead.wouldBlock
        var room = [UInt8](repeating: 0, count: 5000)
        deliver(&bytes, to: session, piece: piece) { session in
            while true {
                end = room.withUnsafeMutableBytes { session.read(into: $0, output: &output) }
                guard case .bytes(let count) = end else { return }
                plaintext += room.prefix(count)
            }
        }
        return (plaintext, end)
    }

    func serverReads(piece: Int = .max) -> (plaintext: [UInt8], end: TLSRead) {
        Self.read(&toServer, by: server, piece: piece, output: &toClient)
    }

    func clientReads(piece: Int = .max) -> (plaintext: [UInt8], end: TLSRead) {
        Self.read(&toClient, by: client, piece: piece, output: &toServer)
    }

    func clientWrites(_ bytes: [UInt8]) throws(TLSError) {
        try Self.write(bytes, by: client, output: &toServer)
    }

    func serverWrites(_ bytes: [UInt8]) throws(TLSError) {
        try Self.write(bytes, by: server, output: &toClient)
    }

    private static func write(
        _ bytes: [UInt8], by session: TLSSession, output: inout ByteBuffer
    ) throws(TLSError) {
        try session.write(output: &output) { writer in bytes.withUnsafeBytes { writer.append($0) } }
    }
}

/// The lengths of the TLS records in these bytes, without their headers.
func recordLengths(_ bytes: [UInt8]) -> [Int] {
    var lengths: [Int] = []
    var at = 0
    while at + 5 <= bytes.count {
        let length = Int(bytes[at + 3]) << 8 | Int(bytes[at + 4])
        lengths.append(length)
        at += 5 + length
    }
    return lengths
}
