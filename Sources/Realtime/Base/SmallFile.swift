import Glibc

/// Reading a whole file that is known to be small: configuration, keys. It may block, so it is for the
/// start of the process and for threads that may wait.
enum SmallFile {
    /// Why a file could not be read, in the system's words.
    struct Failure: Error, Equatable, CustomStringConvertible {
        let description: String
        /// There is no such file, which to some is no failure.
        var isMissing = false

        static func system(_ code: Int32) -> Failure {
            Failure(description: String(cString: strerror(code)), isMissing: code == ENOENT)
        }
    }

    /// All of the file, or a failure where it is longer than `limit` bytes.
    static func read(_ path: String, limit: Int = 1 << 20) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(errno) }
        defer { close(descriptor) }

        // One byte more than is allowed tells a file that just fits from one that does not.
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var count = 0
        while count < bytes.count {
            let length = bytes.withUnsafeMutableBytes { room in
                Glibc.read(descriptor, room.baseAddress.unsafelyUnwrapped + count, room.count - count)
            }
            if length == 0 { break }
            if length > 0 {
                count += length
            } else if errno != EINTR {
                throw .system(errno)
            }
        }
        guard count <= limit else { throw Failure(description: "longer than \(limit) bytes") }
        return Array(bytes[..<count])
    }
}
