/// The TLS half of a connection: its session, and encrypted bytes on their way out.
final class TLSLink {
    let session: TLSSession
    /// True once the handshake is done.
    var isEstablished = false
    /// Encrypted bytes. The connection's own outbox collects the plain ones until the turn ends, so that
    /// what is sent in one turn shares records.
    var wire = Outbox()

    init(_ session: TLSSession) {
        self.session = session
    }

    var unsentBytes: Int { wire.count }

    /// True while libuv holds encrypted bytes: what is plain has to wait its turn.
    var isInFlight: Bool { wire.isInFlight }

    /// Encrypts all that was collected.
    func encrypt(_ outbox: inout Outbox, with transport: LoopTransport) throws(TLSError) {
        var failure: TLSError?
        wire.append(from: transport.outboxes) { output in
            do throws(TLSError) {
                try session.write(output: &output) { writer in
                    outbox.drain(describing: transport.slices, pool: transport.outboxes) { writer.append($0) }
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    /// Does something that may have the protocol itself say something, and sends that.
    func collect<Result>(
        on transport: LoopTransport, _ step: (inout ByteBuffer) -> Result
    ) -> Result {
        let result = step(&transport.protocolOutput)
        if !transport.protocolOutput.isEmpty {
            wire.append(from: transport.outboxes) { $0.append(transport.protocolOutput.unsafeBytes) }
            transport.protocolOutput.clear()
        }
        return result
    }
}
