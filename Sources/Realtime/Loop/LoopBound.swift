/// Carries something that belongs to one event loop through code that may run anywhere, and gives it out
/// on that loop only.
///
/// The compiler can't follow a value through a closure that is posted to a loop and comes back; this
/// checks at run time what it can't check, and that is why it may be `Sendable`.
struct LoopBound<Value>: @unchecked Sendable {
    let loop: EventLoop
    private let confined: Value

    /// Takes in a value that belongs to `loop`, on that loop.
    init(_ value: Value, on loop: EventLoop) {
        loop.preconditionCurrent()
        self.loop = loop
        self.confined = value
    }

    /// The value; stops the program when asked for elsewhere.
    var value: Value {
        loop.preconditionCurrent()
        return confined
    }
}
