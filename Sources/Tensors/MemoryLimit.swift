import Synchronization

/// How much memory a tensor, or the tensors of one computation or recording, may take. What a file asks for beyond it
/// is refused by name, before anything is allocated.
public enum MemoryLimit {
    /// Where the user says nothing: 4 GiB.
    public static let standard = 4 << 30

    private static let chosen = Atomic<Int>(standard)

    /// In bytes. No result depends on it but for the refusal.
    public static var bytes: Int {
        get { chosen.load(ordering: .relaxed) }
        set { chosen.store(max(newValue, 0), ordering: .relaxed) }
    }
}
