private import CZlib

// The one file that knows zlib. It wraps raw deflate streams; what makes messages of them is in
// PerMessageDeflate.swift.

/// A raw inflate stream.
struct InflateStream: ~Copyable {
    /// How far a call got.
    enum Progress {
        /// All of the input was used.
        case needsInput
        /// The room given was filled; there may be more to come.
        case needsRoom
        /// A block that says it is the last has ended, with `unread` input bytes after it.
        case ended(unread: Int)
        /// The input is not deflate.
        case broken
    }

    /// zlib checks that a stream stays where it was made, hence the memory of its own.
    private let stream: UnsafeMutablePointer<z_stream>

    /// - Parameter windowBits: 8 to 15; a larger window than the sender's does no harm.
    init(windowBits: Int) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = realtime_inflate_init(stream, Int32(-windowBits))
        guard status == Z_OK else { fatalError("zlib cannot begin to inflate: \(status)") }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Whether the input so far ended exactly at the end of a block.
    var isBetweenBlocks: Bool { stream.pointee.data_type & 128 != 0 }

    /// Begins a new stream and forgets what went before.
    mutating func reset() {
        inflateReset(stream)
    }

    /// Begins a new stream that may still refer to what went before.
    mutating func resetKeepingWindow() {
        inflateResetKeep(stream)
    }

    /// Begins to read `input`, which has to stay until it is used up.
    mutating func setInput(_ input: UnsafeRawBufferPointer) {
        // zlib only reads it; its field lacks the const.
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
    }

    /// Writes into `room` and returns how many bytes of it were filled.
    mutating func inflate(into room: UnsafeMutableRawBufferPointer) -> (written: Int, progress: Progress) {
        stream.pointee.next_out = room.bindMemory(to: UInt8.self).baseAddress
        let given = UInt32(clamping: room.count)
        stream.pointee.avail_out = given
        let status = CZlib.inflate(stream, Z_SYNC_FLUSH)
        let written = Int(given - stream.pointee.avail_out)
        switch status {
        case Z_STREAM_END: return (written, .ended(unread: Int(stream.pointee.avail_in)))
        case Z_OK, Z_BUF_ERROR: return (written, stream.pointee.avail_out == 0 ? .needsRoom : .needsInput)
        case Z_MEM_ERROR: fatalError("out of memory while inflating")
        default: return (written, .broken)
        }
    }
}

/// A raw deflate stream.
struct DeflateStream: ~Copyable {
    private let stream: UnsafeMutablePointer<z_stream>

    /// - Parameter windowBits: 9 to 15. zlib takes 8 for 9 or refuses it, depending on its version, so it
    ///   is not offered here.
    init(windowBits: Int, level: Int, memoryLevel: Int) {
        precondition((9...15).contains(windowBits), "zlib has no such raw window")
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = realtime_deflate_init(stream, Int32(level), Int32(-windowBits), Int32(memoryLevel))
        guard status == Z_OK else { fatalError("zlib cannot begin to deflate: \(status)") }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Begins a new stream and forgets what went before.
    mutating func reset() {
        deflateReset(stream)
    }

    /// Appends `input` compressed and flushed to a byte boundary, which ends in 00 00 FF FF.
    mutating func deflate(_ input: UnsafeRawBufferPointer, to output: inout ByteBuffer) {
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        repeat {
            let room = output.reserve(max(256, input.count / 2))
            stream.pointee.next_out = room.bindMemory(to: UInt8.self).baseAddress
            let given = UInt32(clamping: room.count)
            stream.pointee.avail_out = given
            let status = CZlib.deflate(stream, Z_SYNC_FLUSH)
            // Z_BUF_ERROR says only that there was nothing left to do.
            precondition(status == Z_OK || status == Z_BUF_ERROR, "zlib stream used wrongly")
            output.commit(Int(given - stream.pointee.avail_out))
        } while stream.pointee.avail_out == 0
    }
}
