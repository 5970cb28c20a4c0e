import Glibc
import TestSupport
import Testing

/// Waits on a thread of its own for something that another thread brings about. Between two looks it rests for a
/// moment, as many wait at once, and those that they wait for need the processors.
func eventually(
    within limit: Duration = Patience.limit, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () -> Bool
) {
    let end = ContinuousClock.now + limit
    while !condition() {
        guard ContinuousClock.now < end else {
            Issue.record("it did not come about within \(limit)", sourceLocation: sourceLocation)
            return
        }
        usleep(500)
    }
}
