import CLinux

/// Has an object fetched from memory while something else is done.
///
/// For loops over very many objects, each of which is too far away to be in a cache: waiting for one after the other is
/// most of what such a loop costs.
@inline(__always)
func prefetch(_ object: AnyObject) {
    realtime_prefetch(Unmanaged.passUnretained(object).toOpaque())
}
