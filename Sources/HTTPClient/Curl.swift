import CCurl

/// libcurl's transfers. Everything but `wake` belongs to one thread, which calls `advance`, `sleep`, `advance`, …
///
/// This is the only file that sees libcurl.
final class CurlMulti: @unchecked Sendable {
    private let multi: UnsafeMutableRawPointer
    private let settings: HTTPClient.Settings
    private var running: [TransferDesk.Ticket: CurlTransfer] = [:]
    /// Whose handle it is.
    private var tickets: [UnsafeMutableRawPointer: TransferDesk.Ticket] = [:]

    /// libcurl wants to be initialised once in a process.
    private static let library = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    init(_ settings: HTTPClient.Settings) {
        precondition(Self.library == CURLE_OK, "libcurl could not be initialised")
        guard let multi = curl_multi_init() else { preconditionFailure("out of memory") }
        // Without the descriptors that this needs, nobody could ever wake the thread.
        precondition(curl_multi_wakeup(multi) == CURLM_OK, "out of file descriptors")
        let code = realtime_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, settings.maximumConnections)
        precondition(code == CURLM_OK, "libcurl does not know an option")
        self.multi = multi
        self.settings = settings
    }

    deinit {
        for ticket in Array(running.keys) { _ = remove(ticket) }
        curl_multi_cleanup(multi)
    }

    /// Ends a `sleep`, or the next one if there is none now. From any thread.
    func wake() {
        curl_multi_wakeup(multi)
    }

    /// How many requests are running.
    var count: Int { running.count }

    /// Begins a request, which may take so long.
    func add(_ request: HTTPClient.Request, as ticket: TransferDesk.Ticket, within time: Duration) {
        let transfer = CurlTransfer(request, within: time, settings)
        let code = curl_multi_add_handle(multi, transfer.easy)
        precondition(code == CURLM_OK, "libcurl takes no request")
        running[ticket] = transfer
        tickets[transfer.easy] = ticket
    }

    private func remove(_ ticket: TransferDesk.Ticket) -> CurlTransfer? {
        guard let transfer = running.removeValue(forKey: ticket) else { return nil }
        tickets[transfer.easy] = nil
        curl_multi_remove_handle(multi, transfer.easy)
        return transfer
    }

    /// Ends a request early. Nil when it is not running; else the error to tell, which says whether the request
    /// was on its way.
    func abort(_ ticket: TransferDesk.Ticket, _ error: HTTPClientError) -> HTTPClientError? {
        guard let transfer = remove(ticket) else { return nil }
        return HTTPClientError(error.code, error.detail, mayHaveArrived: transfer.wasSent)
    }

    /// Does what can be done now, and gives what has come to an end.
    func advance() -> [(TransferDesk.Ticket, TransferDesk.Outcome)] {
        var runningCount: Int32 = 0
        curl_multi_perform(multi, &runningCount)
        var finished: [(TransferDesk.Ticket, TransferDesk.Outcome)] = []
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            // The message is gone when its handle is removed.
            let (kind, easy, code) = (
                message.pointee.msg, message.pointee.easy_handle, message.pointee.data.result
            )
            guard kind == CURLMSG_DONE, let easy, let ticket = tickets[easy], let transfer = remove(ticket)
            else { continue }
            finished.append((ticket, transfer.outcome(code)))
        }
        return finished
    }

    /// Waits until there is something to do, bytes, a time-out or a `wake`, but no longer than `limit`.
    func sleep(atMost limit: Duration?) {
        let milliseconds = min(limit.map(CurlTransfer.milliseconds) ?? .max, 600_000)
        let code = curl_multi_poll(multi, nil, 0, Int32(milliseconds), nil)
        precondition(code == CURLM_OK, "libcurl cannot wait")
    }
}

/// One request that is on its way.
private final class CurlTransfer {
    let easy: UnsafeMutableRawPointer
    private var collector: ResponseCollector
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private let errorText: UnsafeMutablePointer<CChar>

    init(_ request: HTTPClient.Request, within time: Duration, _ settings: HTTPClient.Settings) {
        guard let easy = curl_easy_init() else { preconditionFailure("out of memory") }
        self.easy = easy
        collector = ResponseCollector(maximumBodyBytes: settings.maximumResponseBytes)
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        setRules(settings)
        setRequest(request)
        set(CURLOPT_TIMEOUT_MS, Self.milliseconds(time))
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headerList)
        errorText.deallocate()
    }

    /// What holds for every request.
    private func setRules(_ settings: HTTPClient.Settings) {
        // Time-outs by signals are not for programs with threads.
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        set(CURLOPT_PROXY, "")
        // Segments of a path are names here, also those that are dots.
        set(CURLOPT_PATH_AS_IS, 1)
        // A name server that hangs must not hold up the other requests when one is aborted.
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        if let file = settings.certificateAuthorities { set(CURLOPT_CAINFO, file) }
        set(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(settings.connectTimeout))
        realtime_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
        let context = Unmanaged.passUnretained(self).toOpaque()
        realtime_curl_set_pointer(easy, CURLOPT_HEADERDATA, context)
        realtime_curl_set_pointer(easy, CURLOPT_WRITEDATA, context)
        realtime_curl_set_receiver(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            CurlTransfer.receive(bytes, size * count, context) { $0.take(headerLine: $1) }
        }
        realtime_curl_set_receiver(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            CurlTransfer.receive(bytes, size * count, context) { $0.take(bodyPiece: $1) }
        }
    }

    private func setRequest(_ request: HTTPClient.Request) {
        set(CURLOPT_URL, request.url)
        let body = request.body ?? (request.method == .post ? [] : nil)
        if let body {
            realtime_curl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            _ = body.withUnsafeBytes { bytes in
                // Copied; for an empty body libcurl must still get something that is no NULL.
                let start = bytes.baseAddress.map { UnsafeMutableRawPointer(mutating: $0) }
                return realtime_curl_set_pointer(
                    easy, CURLOPT_COPYPOSTFIELDS, start ?? UnsafeMutableRawPointer(errorText))
            }
        }
        set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        // No asking before a large body: it costs a round trip, or a second where the server does not answer.
        append(header: "Expect:")
        for (name, value) in request.headers.fields {
            // libcurl drops a header that is written with nothing after the colon.
            append(header: value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        // libcurl would call it a form.
        if body != nil, request.headers["Content-Type"] == nil { append(header: "Content-Type:") }
        realtime_curl_set_list(easy, CURLOPT_HTTPHEADER, headerList)
    }

    private func append(header line: String) {
        guard let list = curl_slist_append(headerList, line) else { preconditionFailure("out of memory") }
        headerList = list
    }

    private func set(_ option: CURLoption, _ value: Int) {
        let code = realtime_curl_set_long(easy, option, value)
        precondition(code == CURLE_OK, "libcurl does not know an option")
    }

    private func set(_ option: CURLoption, _ value: String) {
        let code = realtime_curl_set_string(easy, option, value)
        precondition(code == CURLE_OK, "libcurl does not know an option")
    }

    /// At least one, because libcurl takes none for no limit.
    static func milliseconds(_ duration: Duration) -> Int {
        let limit = Duration.seconds(1 << 20)
        let (seconds, attoseconds) = min(max(duration, .milliseconds(1)), limit).components
        return Int(seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }

    private static func receive(
        _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?,
        _ take: (inout ResponseCollector, UnsafeRawBufferPointer) -> Bool
    ) -> Int {
        guard let context else { return 0 }
        let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
        // Any other count than this one ends the transfer.
        return take(&transfer.collector, UnsafeRawBufferPointer(start: bytes, count: count)) ? count : -1
    }

    /// Whether bytes of the request have left.
    var wasSent: Bool {
        number(CURLINFO_REQUEST_SIZE) > 0
    }

    private func number(_ info: CURLINFO) -> Int {
        var value = 0
        return realtime_curl_get_long(easy, info, &value) == CURLE_OK ? value : 0
    }

    /// What came of it.
    func outcome(_ code: CURLcode) -> TransferDesk.Outcome {
        if code == CURLE_OK {
            let status = number(CURLINFO_RESPONSE_CODE)
            return .success(
                HTTPClient.Response(status: status, headers: collector.headers, body: collector.body))
        }
        if collector.isOverfull {
            return .failure(
                HTTPClientError(
                    .responseTooLarge, "the response is larger than allowed", mayHaveArrived: true))
        }
        let text = String(cString: errorText[0] == 0 ? curl_easy_strerror(code) : UnsafePointer(errorText))
        return .failure(HTTPClientError(Self.meaning(of: code), text, mayHaveArrived: wasSent))
    }

    private static func meaning(of code: CURLcode) -> HTTPClientError.Code {
        switch code {
        case CURLE_URL_MALFORMAT: .badURL
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_SSL_CONNECT_ERROR: .cannotConnect
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE: .untrustedServer
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE: .connectionLost
        default: .badResponse
        }
    }
}
