/// How long tests wait for what is certain to come.
///
/// Long, because on a busy machine hundreds of tests share few processors; only a test that fails waits for so long.
public enum Patience {
    /// As a duration.
    public static let limit: Duration = .seconds(60)
    /// As a number of seconds, for system calls.
    public static let seconds: Int32 = 60
}
