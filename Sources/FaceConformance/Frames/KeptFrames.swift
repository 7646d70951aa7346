/// What was measured on one frame.
package protocol MeasuredFrame: Sendable, Codable, Equatable {
    associatedtype Tally: FrameTally where Tally.Frame == Self

    var file: String { get }
    /// Whether the frame deserves a look.
    var departs: Bool { get }
    /// How far it departs, from 0 to 1.
    var departure: Double { get }
}

/// What is kept of frames that are not listed. Its size does not grow with the frames, and neither their order nor how
/// they were divided changes it.
package protocol FrameTally: Sendable, Codable, Equatable {
    associatedtype Frame

    init()
    mutating func add(_ frame: Frame)
    mutating func merge(_ other: Self)
}

/// What was measured on any number of frames: all of it if they are few; else that of the frames that depart most, and a
/// tally of the others.
///
/// Frames that are added in parts, which were cut themselves, are cut to the same as frames that are added at once.
package struct KeptFrames<Frame: MeasuredFrame>: Sendable, Equatable {
    /// In the run's order.
    package private(set) var listed: [Frame]
    /// Nil if all are listed.
    package private(set) var others: Frame.Tally?

    /// The most frames in a list.
    package static var most: Int { 500 }

    /// - Parameters:
    ///   - frames: in the run's order.
    ///   - others: of frames that are left out of the list.
    package init(_ frames: [Frame] = [], others: Frame.Tally? = nil) {
        listed = frames
        self.others = others
        cut()
    }

    /// The frames of successive parts.
    package init(joining parts: [KeptFrames]) {
        self.init()
        for part in parts { add(part) }
    }

    /// Adds the frames that follow.
    package mutating func add(_ next: KeptFrames) {
        listed += next.listed
        if let tally = next.others {
            var all = others ?? Frame.Tally()
            all.merge(tally)
            others = all
        }
        cut()
    }

    private mutating func cut() {
        guard others != nil || listed.count > Self.most else { return }
        let frames = listed
        let departing = frames.enumerated().lazy.filter(\.element.departs)
            .map { (index: $0, departure: $1.departure, file: $1.file) }
        let kept = Set(
            departing.sorted { (-$0.departure, $0.file) < (-$1.departure, $1.file) }.prefix(Self.most).map(\.index))
        var tally = others ?? Frame.Tally()
        for index in frames.indices where !kept.contains(index) { tally.add(frames[index]) }
        listed = frames.indices.filter(kept.contains).map { frames[$0] }
        others = tally
    }
}
