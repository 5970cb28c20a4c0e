import CLinux
import Glibc

/// Threads that each run one body, and the CPUs they run on.
enum Threads {
    /// Runs the body once for every index, the first on the calling thread, and waits for all.
    static func run(_ count: Int, pinnedFrom cpu: Int?, _ body: @escaping @Sendable (Int) -> Void) {
        let others = (1..<max(count, 1)).map { index in
            start {
                if let cpu { pin(to: cpu + index) }
                body(index)
            }
        }
        body(0)
        for thread in others { pthread_join(thread, nil) }
    }

    /// Binds the calling thread to one CPU; false when there is no such CPU for this process.
    @discardableResult
    static func pin(to cpu: Int) -> Bool {
        realtime_pin_thread(Int32(cpu)) == 0
    }

    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private static func start(_ run: @escaping @Sendable () -> Void) -> pthread_t {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(Body(run)).toOpaque()
        let result = pthread_create(
            &thread, nil,
            { context in
                Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, context)
        precondition(result == 0, "pthread_create failed")
        return thread
    }
}

/// One place per thread, each written by its own thread alone and read after all have ended.
final class PerThread<Value>: @unchecked Sendable {
    let values: UnsafeMutableBufferPointer<Value>

    init(_ count: Int, _ value: Value) {
        values = .allocate(capacity: count)
        values.initialize(repeating: value)
    }

    deinit {
        values.deinitialize()
        values.deallocate()
    }
}
