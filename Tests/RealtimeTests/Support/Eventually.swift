import Glibc
import Testing

/// Waits on a thread of its own for something that another thread brings about, up to some seconds. It gives
/// the processor away between two looks, and does not sleep.
func eventually(
    within limit: Duration = .seconds(10), sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () -> Bool
) {
    let end = ContinuousClock.now + limit
    while !condition() {
        guard ContinuousClock.now < end else {
            Issue.record("it did not come about within \(limit)", sourceLocation: sourceLocation)
            return
        }
        sched_yield()
    }
}
