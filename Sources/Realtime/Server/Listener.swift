/// An address that the server listens on: an acceptor on each of some loops.
final class Listener: Sendable {
    private let acceptors: [LoopBound<Acceptor>]
    /// Where it listens.
    let address: SocketAddress

    private init(_ acceptors: [LoopBound<Acceptor>], at address: SocketAddress) {
        self.acceptors = acceptors
        self.address = address
    }

    /// Binds one socket for each of the transports, before anybody listens on them.
    static func bind(
        host: String, port: Int, count: Int
    ) throws(ServerError) -> ListeningSockets {
        do throws(BindError) {
            return try ListeningSockets(host: host, port: UInt16(port), count: count)
        } catch {
            throw ServerError(code: .cannotListen, message: error.description)
        }
    }

    /// Takes connections from here on. When one of the loops can't, those that could already stop.
    static func open(
        _ sockets: consuming ListeningSockets, on transports: [LoopBound<LoopTransport>],
        admission: Admission, tls: TLSContextProvider?, site: HTTPSite
    ) async throws(ServerError) -> Listener {
        var acceptors: [LoopBound<Acceptor>] = []
        for transport in transports {
            guard let socket = sockets.take() else { break }
            let result: Result<LoopBound<Acceptor>, LoopError> = await transport.loop.perform {
                do throws(LoopError) {
                    let acceptor = try Acceptor(
                        descriptor: socket, transport: transport.value, admission: admission, tls: tls,
                        site: site)
                    return .success(LoopBound(acceptor, on: transport.loop))
                } catch {
                    return .failure(error)
                }
            }
            do throws(LoopError) {
                acceptors.append(try result.get())
            } catch {
                await Listener(acceptors, at: sockets.address).close()
                throw ServerError(code: .cannotListen, message: "cannot listen: \(error)")
            }
        }
        return Listener(acceptors, at: sockets.address)
    }

    /// Takes no more connections. Those that there are go on.
    func close() async {
        for acceptor in acceptors {
            await acceptor.loop.perform { acceptor.value.close() }
        }
    }
}
