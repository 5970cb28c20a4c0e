import COpenSSL
import Glibc

/// What a session's OpenSSL reads from and writes to in place of a socket.
///
/// Incoming bytes are lent by the driver for the length of a call and read where they are; only what
/// OpenSSL does not take in that time is copied and held for later. Outgoing bytes are appended to the
/// buffer that the driver passes in. So a record is copied no more often than OpenSSL itself does it.
final class TLSPort {
    /// How much is held for a driver that does not read. A peer can't make it more: the driver that stops
    /// reading also stops its socket, and what comes in one turn of a loop is less.
    private static let maxHeld = 256 * 1024

    private var lent = UnsafeRawBufferPointer(start: nil, count: 0)
    private var held = ByteBuffer()
    private var heldStart = 0
    private var output: UnsafeMutablePointer<ByteBuffer>?

    /// Bytes that may still be read before the handshake is done; `nil` after it.
    var handshakeAllowance: Int?

    /// True when the handshake was refused more bytes.
    private(set) var isAllowanceSpent = false

    /// True when the connection has ended and nothing will come after what is here.
    var isEnded = false

    init(handshakeAllowance: Int) {
        self.handshakeAllowance = handshakeAllowance
    }

    /// Makes the bytes readable while `body` runs. Returns false when too much is left over.
    func lend(_ bytes: UnsafeRawBufferPointer, _ body: () -> Void) -> Bool {
        precondition(lent.isEmpty, "bytes are lent already")
        lent = bytes
        body()
        let rest = lent
        lent = UnsafeRawBufferPointer(start: nil, count: 0)
        guard !rest.isEmpty else { return true }
        held.removeFirst(heldStart)
        heldStart = 0
        guard held.count + rest.count <= Self.maxHeld else {
            held.clear(keepingAtMost: 0)
            return false
        }
        held.append(rest)
        return true
    }

    /// Takes what OpenSSL writes while `body` runs.
    func collect<Result>(into buffer: inout ByteBuffer, _ body: () -> Result) -> Result {
        precondition(output == nil, "output is collected already")
        return withUnsafeMutablePointer(to: &buffer) { pointer in
            output = pointer
            defer { output = nil }
            return body()
        }
    }

    /// True when there is something to read.
    var hasInput: Bool { heldStart < held.count || !lent.isEmpty }

    /// OpenSSL's read: as many bytes as there are, 0 at the end, -1 when there is nothing yet.
    fileprivate func read(into room: UnsafeMutableRawBufferPointer) -> Int {
        var wanted = room.count
        if let allowance = handshakeAllowance {
            wanted = min(wanted, allowance)
            guard wanted > 0 else {
                isAllowanceSpent = true
                return -1
            }
        }
        let count: Int
        if heldStart < held.count {
            count = min(wanted, held.count - heldStart)
            room.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: held.unsafeBytes[heldStart..<heldStart + count]))
            heldStart += count
            if heldStart == held.count {
                held.clear(keepingAtMost: 0)
                heldStart = 0
            }
        } else if !lent.isEmpty {
            count = min(wanted, lent.count)
            room.copyMemory(from: UnsafeRawBufferPointer(rebasing: lent[..<count]))
            lent = UnsafeRawBufferPointer(rebasing: lent[count...])
        } else {
            return isEnded ? 0 : -1
        }
        if let allowance = handshakeAllowance { handshakeAllowance = allowance - count }
        return count
    }

    fileprivate func write(_ bytes: UnsafeRawBufferPointer) {
        guard let output else { preconditionFailure("OpenSSL writes outside of a call") }
        output.pointee.append(bytes)
    }
}

// MARK: - The BIO

extension TLSPort {
    /// OpenSSL's view of this port. It does not keep the port alive.
    func makeBIO() -> OpaquePointer? {
        guard let bio = BIO_new(TLSPortMethod.shared.handle) else { return nil }
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        BIO_set_init(bio, 1)
        return bio
    }

    fileprivate static func of(_ bio: OpaquePointer?) -> TLSPort {
        Unmanaged<TLSPort>.fromOpaque(BIO_get_data(bio)).takeUnretainedValue()
    }
}

/// The table of functions by which OpenSSL reaches a port, made once. `@unchecked Sendable`: nothing
/// changes it afterwards.
private struct TLSPortMethod: @unchecked Sendable {
    static let shared = TLSPortMethod()

    let handle: OpaquePointer?

    private init() {
        handle = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "realtime port")
        BIO_meth_set_read(handle) { bio, room, count in
            realtime_bio_clear_retry(bio)
            let port = TLSPort.of(bio)
            let got = port.read(into: UnsafeMutableRawBufferPointer(start: room, count: Int(count)))
            if got < 0 && !port.isAllowanceSpent { realtime_bio_set_retry_read(bio) }
            return Int32(truncatingIfNeeded: got)
        }
        BIO_meth_set_write(handle) { bio, bytes, count in
            realtime_bio_clear_retry(bio)
            TLSPort.of(bio).write(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
            return count
        }
        BIO_meth_set_ctrl(handle) { bio, command, _, _ in
            switch command {
            case BIO_CTRL_FLUSH: 1
            case BIO_CTRL_EOF:
                TLSPort.of(bio).isEnded && !TLSPort.of(bio).hasInput ? 1 : 0
            default: 0
            }
        }
    }
}
