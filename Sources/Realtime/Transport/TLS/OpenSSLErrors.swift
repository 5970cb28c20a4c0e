import COpenSSL

/// The calling thread's queue of OpenSSL errors.
///
/// OpenSSL decides by this queue how an operation ended, so what one connection leaves in it would be taken
/// for a failure of the next connection on the same thread. Hence: cleared before an operation in case
/// somebody else on this thread left something, and emptied after every failure.
enum OpenSSLErrors {
    /// One entry of the queue.
    struct Entry {
        fileprivate let code: UInt

        /// OpenSSL's own fixed words, such as "no shared cipher".
        var reason: String {
            guard let text = ERR_reason_error_string(code) else { return "error \(code)" }
            return String(cString: text)
        }

        /// Whether it comes from the library's SSL part.
        fileprivate var isOfSSL: Bool { ERR_GET_LIB(code) == ERR_LIB_SSL }

        /// Whether it is the reason `reason` of the library's SSL part.
        func isSSL(_ reason: Int32) -> Bool {
            isOfSSL && ERR_GET_REASON(code) == reason
        }

        /// Whether a PEM file had nothing (more) of what was looked for.
        var isEndOfPEM: Bool {
            ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE
        }
    }

    /// Forgets what is there. Cheap when nothing is.
    static func clear() {
        if ERR_peek_error() != 0 { ERR_clear_error() }
    }

    /// What went wrong: the first error of the protocol itself, or else the first of all. A part below it
    /// may have failed first, in words that say less. The queue is empty afterwards.
    static func take() -> Entry? {
        var cause: Entry?
        while case let code = ERR_get_error(), code != 0 {
            let entry = Entry(code: code)
            if cause == nil || (entry.isOfSSL && cause?.isOfSSL == false) { cause = entry }
        }
        return cause
    }

    /// The words for what went wrong; the queue is empty afterwards.
    static func takeReason() -> String {
        take()?.reason ?? "for no reason that OpenSSL tells"
    }
}
