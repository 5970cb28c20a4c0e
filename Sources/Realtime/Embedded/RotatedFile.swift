import Glibc

/// A file that is only added to. When it is full it is set aside in place of the one that was set aside before, so
/// that two of them are all there ever is.
///
/// Nothing is said of failures: what it holds is for looking up, and nobody may be held up by it.
struct RotatedFile: ~Copyable {
    private let path: String
    private let limit: Int
    /// Called with each new file.
    private let adopt: @Sendable (Int32) -> Void
    private var descriptor: Int32 = -1
    private var size = 0

    init(_ path: String, limit: Int = 1 << 20, adopt: @escaping @Sendable (Int32) -> Void = { _ in }) {
        self.path = path
        self.limit = limit
        self.adopt = adopt
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Adds bytes, to a new file where the old one would grow above the limit.
    mutating func append(_ bytes: ArraySlice<UInt8>) {
        if descriptor >= 0, size + bytes.count > limit {
            close(descriptor)
            descriptor = -1
            rename(path, path + ".1")
        }
        if descriptor < 0 { open() }
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
            size += count
        }
    }

    private mutating func open() {
        descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return }
        var status = stat()
        size = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
        adopt(descriptor)
    }
}
