import TestSupport

@testable import Realtime

/// What one thread leaves for another that waits for it.
final class Inbox<Element: Sendable>: Sendable {
    struct TimedOut: Error {}

    private let elements = Monitor<[Element]>([])

    func put(_ element: Element) {
        elements.withLock { $0.append(element) }
        elements.wakeAll()
    }

    /// Takes the oldest, and waits for one where there is none.
    func take(within limit: Duration = Patience.limit) throws -> Element {
        guard elements.wait(atMost: limit, until: { !$0.isEmpty }) else { throw TimedOut() }
        return elements.withLock { $0.removeFirst() }
    }

    /// Takes all that is there.
    func takeAll() -> [Element] {
        elements.withLock { elements in
            defer { elements = [] }
            return elements
        }
    }
}
