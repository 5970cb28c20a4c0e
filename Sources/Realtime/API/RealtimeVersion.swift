/// Which Realtime this is.
public enum RealtimeVersion {
    /// The version in the form of Semantic Versioning, as clients and `--version` see it.
    public static let current = "0.1.0"
}
