import CLinux

/// Has an object fetched from memory while something else is done.
///
/// For loops over very many objects, each of which is too far away to be in a cache: waiting for one after the other is
/// most of what such a loop costs.
@inline(__always)
func prefetch(_ object: AnyObject) {
    prefetch(addressOf(object))
}

/// The same for an object that only its address is known of: a reference to it would be counted, and the count stands in
/// the very memory that is far away. Nothing happens where no object is any more.
@inline(__always)
func prefetch(_ address: UnsafeRawPointer) {
    realtime_prefetch(address)
}

/// Where an object is.
@inline(__always)
func addressOf(_ object: AnyObject) -> UnsafeRawPointer {
    UnsafeRawPointer(Unmanaged.passUnretained(object).toOpaque())
}
