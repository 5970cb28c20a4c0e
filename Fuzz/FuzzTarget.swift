import Glibc

/// A parser under libFuzzer: called with one hostile input after another, it traps when something is wrong.
///
/// Beside not crashing, every target holds its parser to a promise, which is usually that the outcome does
/// not depend on how the network cut the input into pieces.
protocol FuzzTarget: SendableMetatype {
    static func run(_ input: UnsafeRawBufferPointer)
}

/// All targets live in one executable, so that the parsers are compiled once; `FUZZ_TARGET` names the one to run.
enum FuzzTargets: String, CaseIterable {
    case assembler, decoding, envelope, extensions, frames, http, inflate, json, polling, query, timestamp

    var target: any FuzzTarget.Type {
        switch self {
        case .assembler: AssemblerFuzz.self
        case .decoding: DecodingFuzz.self
        case .envelope: EnvelopeFuzz.self
        case .extensions: ExtensionsFuzz.self
        case .frames: FramesFuzz.self
        case .http: HTTPFuzz.self
        case .inflate: InflateFuzz.self
        case .json: JSONFuzz.self
        case .polling: PollingFuzz.self
        case .query: QueryFuzz.self
        case .timestamp: TimestampFuzz.self
        }
    }

    static let chosen: any FuzzTarget.Type = {
        let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
        guard let found = FuzzTargets(rawValue: name) else {
            let known = allCases.map(\.rawValue).joined(separator: " ")
            print("FUZZ_TARGET has to be one of: \(known)")
            exit(2)
        }
        return found.target
    }()
}

/// What libFuzzer calls for every input.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzTargets.chosen.run(UnsafeRawBufferPointer(start: bytes, count: count))
    return 0
}
