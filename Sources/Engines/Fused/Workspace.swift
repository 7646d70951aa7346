import Synchronization

/// The working memory of one call of a fused network.
///
/// It only grows: further calls for images of no greater size allocate nothing.
final class Workspace: @unchecked Sendable {
    // Sendable because ``Workspaces`` gives it to one caller at a time.
    /// An image rounded to float16.
    private(set) var image = AlignedNumbers(count: 0)
    /// Two maps: each stage reads one and writes the other.
    private(set) var maps = [AlignedNumbers(count: 0), AlignedNumbers(count: 0)]
    /// The rows of sums that a pool has yet to read.
    private(set) var sumRows = AlignedNumbers(count: 0)
    /// Two batches of vectors, used like ``maps``.
    private(set) var vectors = [AlignedNumbers(count: 0), AlignedNumbers(count: 0)]

    func makeRoom(_ room: FusedPlan.Room) {
        grow(&image, to: room.image)
        grow(&sumRows, to: room.sumRows)
        for index in 0..<2 {
            grow(&maps[index], to: room.map)
            grow(&vectors[index], to: room.vectors)
        }
    }

    private func grow(_ numbers: inout AlignedNumbers, to count: Int) {
        if numbers.count < count { numbers = AlignedNumbers(count: count) }
    }
}

/// Idle workspaces.
final class Workspaces: Sendable {
    /// Those of all networks: a thread runs one at a time, and nothing that another has left is read.
    static let idle = Workspaces()

    private let free = Mutex<[Workspace]>([])

    func take() -> Workspace {
        free.withLock { $0.popLast() } ?? Workspace()
    }

    func giveBack(_ workspace: Workspace) {
        free.withLock { $0.append(workspace) }
    }
}
