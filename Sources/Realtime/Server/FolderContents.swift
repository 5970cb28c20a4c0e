import Glibc

/// Why a folder could not be read.
struct FolderError: Error, Equatable, CustomStringConvertible {
    let path: String
    let reason: String

    var description: String { "can't read \(path): \(reason)" }
}

/// All files of a folder and of the folders in it, in memory.
///
/// Hidden files and symbolic links are left out: neither is meant for everybody, and a link could lead
/// outside.
struct FolderContents {
    /// More than this is no web page but a wrong path.
    static let maximumBytes = 256 * 1024 * 1024

    /// The bytes of each file by its path below the folder, which begins with a slash.
    private(set) var files: [String: [UInt8]] = [:]
    private var byteCount = 0

    init(of folder: String) throws(FolderError) {
        try read(folder: folder, as: "")
    }

    private mutating func read(folder: String, as prefix: String) throws(FolderError) {
        guard let directory = opendir(folder) else { throw FolderError(path: folder, errno: errno) }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix(".") { continue }
            let path = "\(folder)/\(name)"
            var status = stat()
            guard lstat(path, &status) == 0 else { throw FolderError(path: path, errno: errno) }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: try read(folder: path, as: "\(prefix)/\(name)")
            case S_IFREG: files["\(prefix)/\(name)"] = try read(file: path)
            default: break
            }
        }
    }

    private mutating func read(file path: String) throws(FolderError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw FolderError(path: path, errno: errno) }
        defer { close(descriptor) }
        var contents = ByteBuffer()
        while true {
            let room = contents.reserve(64 * 1024)
            let count = Glibc.read(descriptor, room.baseAddress, room.count)
            if count == 0 { return contents.array }
            if count < 0 {
                if errno == EINTR { continue }
                throw FolderError(path: path, errno: errno)
            }
            contents.commit(count)
            byteCount += count
            guard byteCount <= Self.maximumBytes else {
                throw FolderError(path: path, reason: "the folder holds too much to be kept in memory")
            }
        }
    }
}

extension FolderError {
    fileprivate init(path: String, errno: Int32) {
        self.init(path: path, reason: String(cString: strerror(errno)).lowercased())
    }
}
