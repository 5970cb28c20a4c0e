/// RFC 3339 times: what was read can be written, and reads as the same moment again.
enum TimestampFuzz: FuzzTarget {
    static func run(_ input: UnsafeRawBufferPointer) {
        let text = Span<UInt8>(_unsafeBytes: input)
        guard let moment = Timestamp(rfc3339: text, missingZone: .utc) else { return }
        withUnsafeTemporaryAllocation(byteCount: Timestamp.byteCount, alignment: 1) { room in
            moment.write(to: room)
            let written = Span<UInt8>(_unsafeBytes: UnsafeRawBufferPointer(room))
            precondition(Timestamp(rfc3339: written) == moment, "another moment after writing and reading")
        }
    }
}
