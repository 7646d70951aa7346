import Synchronization

/// The most memory that a tensor, or the tensors of one computation or recording, may take. If a file needs more, it is
/// refused with a named error, before anything is allocated.
package enum MemoryLimit {
    /// The default: 4 GiB.
    package static let standard = 4 << 30

    private static let chosen = Atomic<Int>(standard)

    /// In bytes. It affects no result; it only causes refusals.
    package static var bytes: Int {
        get { chosen.load(ordering: .relaxed) }
        set { chosen.store(max(newValue, 0), ordering: .relaxed) }
    }
}
