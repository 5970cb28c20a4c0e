/// The secret that development mode makes for itself and keeps in the data directory, so that tokens
/// outlive a restart.
///
/// The file holds a line of text, and can be used as any other secret file.
enum DevelopmentSecret {
    /// Why there is none.
    struct Failure: Error, Equatable {
        let path: String
        let reason: SmallFile.Failure
    }

    static func path(in folder: String) -> String {
        folder.hasSuffix("/") ? folder + "dev-secret" : folder + "/dev-secret"
    }

    /// What the file holds; nil when there is none.
    static func read(in folder: String) throws(Failure) -> [UInt8]? {
        let path = path(in: folder)
        do throws(SmallFile.Failure) {
            return try SmallFile.read(path)
        } catch {
            guard error.isMissing else { throw Failure(path: path, reason: error) }
            return nil
        }
    }

    /// What the file holds, after making folder and file where they are missing.
    static func readOrMake(in folder: String) throws(Failure) -> [UInt8] {
        if let contents = try read(in: folder) { return contents }
        let path = path(in: folder)
        let made = randomLine()
        do throws(SmallFile.Failure) {
            try PrivateFile.makeFolder(folder)
            // Another process may have been faster, and its secret is the one to use.
            return try PrivateFile.create(path, made) ? made : try SmallFile.read(path)
        } catch {
            throw Failure(path: path, reason: error)
        }
    }

    /// 32 bytes from the kernel as text that can be copied.
    private static func randomLine() -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        return Array(Base64URL.encode(bytes).utf8) + [UInt8(ascii: "\n")]
    }
}
