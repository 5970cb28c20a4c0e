import Glibc

/// Starts a thread that ends with its body. No signal interrupts it: they are for the program, and writing to a
/// closed connection becomes an error code here instead of a SIGPIPE.
func startThread(_ body: @escaping @Sendable () -> Void) {
    final class Start {
        let body: @Sendable () -> Void

        init(body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }
    let start = Unmanaged.passRetained(Start(body: body))
    var thread = pthread_t()
    let failure = pthread_create(
        &thread, nil,
        { argument in
            guard let argument else { return nil }
            var everySignal = sigset_t()
            sigfillset(&everySignal)
            pthread_sigmask(SIG_SETMASK, &everySignal, nil)
            Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
            return nil
        }, start.toOpaque())
    precondition(failure == 0, "no thread could be started: \(String(cString: strerror(failure)))")
    pthread_detach(thread)
}
