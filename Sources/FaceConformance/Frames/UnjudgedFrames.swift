/// Any number of frames that were not compared: the first of them, and how many others there are for each cause.
package struct UnjudgedFrames: Sendable, Equatable {
    /// In the run's order.
    package private(set) var listed: [UnjudgedFrame]
    /// Of the frames that are not listed, by the causes' names.
    package private(set) var others: [Count]

    /// The frames with one cause.
    package struct Count: Sendable, Codable, Equatable {
        package let cause: UnjudgedFrame.Cause
        package fileprivate(set) var frames: Int
    }

    /// The most frames in a list.
    package static let most = 500

    package init(_ frames: [UnjudgedFrame] = [], others: [Count] = []) {
        listed = frames
        self.others = others
        cut()
    }

    /// The frames of successive parts.
    package init(joining parts: [UnjudgedFrames]) {
        self.init()
        for part in parts { add(part) }
    }

    /// Adds the frames that follow.
    package mutating func add(_ next: UnjudgedFrames) {
        listed += next.listed
        for count in next.others { add(count) }
        cut()
    }

    package var isEmpty: Bool { listed.isEmpty && others.isEmpty }

    package func count(of cause: UnjudgedFrame.Cause) -> Int {
        listed.count { $0.cause == cause } + others.filter { $0.cause == cause }.reduce(0) { $0 + $1.frames }
    }

    /// The frames on which a network answered NaN or infinity.
    package var notFiniteCount: Double { Double(count(of: .notFinite)) }

    private mutating func cut() {
        for frame in listed.dropFirst(Self.most) { add(Count(cause: frame.cause, frames: 1)) }
        listed = Array(listed.prefix(Self.most))
    }

    private mutating func add(_ count: Count) {
        if let index = others.firstIndex(where: { $0.cause == count.cause }) {
            others[index].frames += count.frames
        } else {
            others.append(count)
            others.sort { $0.cause.rawValue < $1.cause.rawValue }
        }
    }
}
