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
    case http, json, query, timestamp

    var target: any FuzzTarget.Type {
        switch self {
        case .http: HTTPFuzz.self
        case .json: JSONFuzz.self
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

extension UnsafeRawBufferPointer {
    /// A place to cut the input in two. It follows from the bytes, so that an input which fails always fails.
    var cut: Int {
        var hash = UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15
        for byte in prefix(8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        if let last { hash = (hash ^ UInt64(last)) &* 0x100_0000_01B3 }
        return Int((hash >> 32) % UInt64(count + 1))
    }
}
