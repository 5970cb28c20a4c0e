import CLibuv

/// What the kernel said when something about a socket could not be done.
struct LoopError: Error, Equatable, CustomStringConvertible {
    /// libuv's number: the negative of `errno`.
    let status: Int32

    init(status: Int32) {
        self.status = status
    }

    /// The kernel's sentence, such as "address already in use".
    var description: String {
        String(cString: uv_strerror(status))
    }

    static func check(_ status: Int32) throws(LoopError) {
        if status < 0 { throw LoopError(status: status) }
    }
}
