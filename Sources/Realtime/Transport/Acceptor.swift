/// Takes in connections on one loop: admits them, wraps them in TLS where that is configured, and gives
/// each its first driver.
final class Acceptor: TCPListenerDelegate {
    /// How many refused connections may wait to be told so, per loop. Further ones are closed without a
    /// word: telling is a courtesy that must not cost more than serving.
    private static let refusalsAtOnce = 128

    private let transport: LoopTransport
    private let admission: Admission
    private let tls: TLSContextProvider?
    private let site: HTTPSite
    private var listener: TCPListener?
    private var isExhausted = false

    /// Starts to listen on a bound descriptor.
    init(
        descriptor: Int32, transport: LoopTransport, admission: Admission, tls: TLSContextProvider?,
        site: HTTPSite
    ) throws(LoopError) {
        self.transport = transport
        self.admission = admission
        self.tls = tls
        self.site = site
        listener = try TCPListener(
            descriptor: descriptor, backlog: transport.settings.backlog, on: transport.loop, delegate: self)
    }

    /// Stops listening.
    func close() {
        listener?.close()
        listener = nil
    }

    func listenerAccepted(_ stream: TCPStream, from address: SocketAddress?) {
        if isExhausted {
            isExhausted = false
            transport.log.info("connections are taken again")
        }
        do throws(Admission.Refusal) {
            open(stream, ticket: try admission.admit(address?.host), refusal: nil)
        } catch {
            transport.counters.refusedConnections += 1
            guard transport.refusals < Self.refusalsAtOnce else {
                stream.close()
                return
            }
            open(stream, ticket: nil, refusal: error)
        }
    }

    private func open(_ stream: TCPStream, ticket: Admission.Ticket?, refusal: Admission.Refusal?) {
        var session: TLSSession?
        if let tls {
            do throws(TLSError) {
                session = try TLSSession(tls.current, records: transport.tlsRecords)
            } catch {
                transport.log.error("tls session cannot be made", ["reason": .string(error.description)])
                if let ticket { admission.release(ticket) }
                stream.close()
                return
            }
        }
        let connection = Connection(
            stream, ticket: ticket, driver: HTTPCarrier(site: site, refusal: refusal, on: transport),
            tls: session, on: transport)
        transport.add(connection)
    }

    /// Said once, until connections can be taken again.
    func listenerFailed(_ error: LoopError) {
        transport.counters.refusedConnections += 1
        guard !isExhausted else { return }
        isExhausted = true
        transport.log.error("connections cannot be taken", ["reason": .string(error.description)])
    }
}
