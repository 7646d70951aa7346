import Conformance
import Detection

/// A list of faces, and how it is written.
struct ReadList: Sendable {
    let form: WrittenForm
    /// How the list's image sizes differ from the images'.
    let sizesGiven: String?
    private let frames: [DetectedFrame]
    private let sizes: [ImageSize]
    private let meant: [[Face]]
    /// The largest difference of equal probabilities.
    private let confidenceTolerance: Double

    init(_ frames: [DetectedFrame], sizes: [ImageSize], form: WrittenForm, sizesGiven: String?) {
        self.frames = frames
        self.sizes = sizes
        self.form = form
        self.sizesGiven = sizesGiven
        meant = zip(frames, sizes).map { frame, size in frame.faces.map { form.undone($0, in: size) } }
        let confidences = meant.joined().compactMap { $0.confidence.map { Double($0) } }
        let unit = WrittenPrecision.unit(ofFractions: confidences.filter { $0 != 1 }) ?? 0
        confidenceTolerance = max(Attribution.sameConfidence, unit)
    }

    /// How a frame's faces under some rules agree with the list.
    struct Comparison {
        let matching: FaceMatching
        let isSame: Bool
        /// The unequal faces: the list's, or else ours.
        let differing: [BoundingBox]
    }

    func comparison(of faces: [Face], at position: Int) -> Comparison {
        let found = form.isClipped ? faces.map { clipped($0, at: position) } : faces
        let matching = FaceMatching(file: frames[position].file, expected: meant[position], found: found)
        let unequal = matching.matches.filter { !isSame($0, in: sizes[position]) }.map(\.expected)
        let differing = unequal + matching.missed + matching.falsePositives
        return Comparison(matching: matching, isSame: differing.isEmpty, differing: differing)
    }

    /// The landmarks of faces that both find, the list's first.
    func pairsOfLandmarks(of faces: [Face], at position: Int) -> [([Point], [Point])] {
        meant[position].compactMap { face in
            let nearest = faces.max {
                face.box.intersectionOverUnion(with: $0.box) < face.box.intersectionOverUnion(with: $1.box)
            }
            guard let nearest, face.box.intersectionOverUnion(with: nearest.box) >= 0.5, face.landmarks.count == 5,
                nearest.landmarks.count == 5
            else { return nil }
            return (face.landmarks, nearest.landmarks)
        }
    }

    private func clipped(_ face: Face, at position: Int) -> Face {
        var face = face
        let whole = WrittenForm(steps: [], isClipped: true)
        face.box = whole.written(face.box, in: sizes[position]).box
        return face
    }

    private func isSame(_ match: FaceMatch, in size: ImageSize) -> Bool {
        if let difference = match.confidenceDifference, difference > confidenceTolerance { return false }
        if form.precision == nil, let distance = match.landmarkDistance, distance > Attribution.sameLandmarks {
            return false
        }
        guard let precision = form.precision else { return match.intersectionOverUnion > Attribution.sameOverlap }
        return precision.gives(
            form.written(match.expected, in: size), of: form.written(match.found, in: size),
            // As a fraction of the image.
            tolerance: StageComparison.coordinateTolerance / (form.steps.contains(.fractions) ? 400 : 1))
    }

    /// The frames that differ under some rules, those with the fewest faces first: they tell causes apart best.
    func differing(under outcome: Outcome) -> [Int] {
        frames.indices.filter { !outcome.isSame[$0] }
            .sorted { (frames[$0].faces.count, $0) < (frames[$1].faces.count, $1) }
    }
}

/// The search for how a list is written.
struct ListReading {
    let frames: [DetectedFrame]
    let sizes: [ImageSize]
    /// For each frame, the faces under each of some rules.
    let runs: [[[Face]]]

    init(frames: [DetectedFrame], sizes: [ImageSize], runs: [[[Face]]]) {
        self.frames = frames
        self.sizes = zip(frames, sizes).map { frame, size in
            var size = size
            (size.listedWidth, size.listedHeight) = (frame.width.map { Double($0) }, frame.height.map { Double($0) })
            return size
        }
        self.runs = runs
    }

    /// The combined gain in overlap and equal frames that makes a step credible.
    private static let leastGain = 0.02
    /// The same for a step that moves boxes by one pixel, as cascade rules may: it must make frames equal.
    private static let leastGainOfOnePixel = 0.1

    func read() -> ReadList {
        let numbers = frames.flatMap(\.faces).flatMap { face in
            [face.box.x, face.box.y, face.box.width, face.box.height].map { Double($0) }
        }
        let unit = WrittenPrecision.unit(of: numbers)
        var best = (form: WrittenForm(hasPercents: hasPercents), score: -Double.infinity)
        func consider(_ form: WrittenForm) {
            let score = score(form)
            if score > best.score + 1e-9 { best = (form, score) }
        }
        // Changes to boxes show in their overlap, whatever their digits are.
        for steps in Self.combinations where sizesGiven != nil || !steps.contains(.inListedSize) {
            let precision =
                steps.contains(.fractions)
                ? WrittenPrecision.smallestUnit(of: numbers).map { WrittenPrecision(unit: $0, manner: .rounded) }
                : unit.map { WrittenPrecision(unit: $0, manner: .rounded) }
            for width in steps.contains(.mirrored) ? [nil, commonWidth] : [nil] {
                for scale in steps.contains(.scaled) ? likelyScales : [1] {
                    consider(
                        WrittenForm(
                            steps: steps, scale: scale, mirroredWidth: width, hasPercents: hasPercents,
                            precision: precision))
                }
            }
        }
        let rounded = best.form
        for manner in WrittenPrecision.Manner.allCases.dropFirst() where rounded.precision != nil {
            var other = rounded
            other.precision?.manner = manner
            consider(other)
        }
        var clipped = best.form
        clipped.isClipped = true
        if liesWithinImages(best.form) { consider(clipped) }
        best.form.landmarkOrder = landmarkOrder(best.form)
        return ReadList(frames, sizes: sizes, form: best.form, sizesGiven: sizesGiven)
    }

    /// Whether probabilities range from 0 to 100.
    private var hasPercents: Bool {
        let confidences = frames.flatMap(\.faces).compactMap(\.confidence)
        return confidences.contains { $0 > 1.5 } && confidences.allSatisfy { (0...100).contains($0) }
    }

    /// The order of five landmarks that is nearest to ours under the best rules; nil for our own.
    private func landmarkOrder(_ form: WrittenForm) -> [Int]? {
        let list = ReadList(frames, sizes: sizes, form: form, sizesGiven: nil)
        var distances = [[Double]](repeating: [Double](repeating: 0, count: 5), count: 5)
        for position in frames.indices {
            let nearest = runs[position].map { list.pairsOfLandmarks(of: $0, at: position) }.max {
                $0.count < $1.count
            }
            for (theirs, ours) in nearest ?? [] {
                for (place, point) in theirs.enumerated() {
                    for (other, mine) in ours.enumerated() {
                        let (x, y) = (Double(point.x) - Double(mine.x), Double(point.y) - Double(mine.y))
                        distances[place][other] += (x * x + y * y).squareRoot()
                    }
                }
            }
        }
        guard distances.contains(where: { $0.contains { $0 > 0 } }) else { return nil }
        let order = bestAssignment(distances.map { $0.map { -$0 } }).compactMap { $0 }
        func total(_ order: [Int]) -> Double { order.enumerated().reduce(0) { $0 + distances[$1.0][$1.1] } }
        let own = Array(0..<5)
        return order.count == 5 && order != own && total(order) < total(own) / 4 ? order : nil
    }

    /// No step, each step alone, and each pair.
    private static var combinations: [[WrittenForm.Step]] {
        let steps = WrittenForm.Step.allCases
        return [[]] + steps.map { [$0] }
            + steps.indices.flatMap { first in steps[(first + 1)...].map { [steps[first], $0] } }
            // Fractions of the image are written in any of these ways.
            + [[.fractions, .cornersAsExtents, .axesExchanged], [.fractions, .centred, .axesExchanged]]
    }

    /// How well a form makes the list match some rules' faces: overlap and the share of equal frames, for the best
    /// rules.
    private func score(_ form: WrittenForm) -> Double {
        let list = ReadList(frames, sizes: sizes, form: form, sizesGiven: nil)
        let agreement =
            (runs.first?.indices ?? 0..<0).map { index in
                let outcome = Outcome(runs.map { $0[index] }, list)
                return (outcome.meanOverlap ?? 0) + Double(frames.count - outcome.differing)
                    / Double(max(frames.count, 1))
            }.max() ?? 0
        return agreement - Self.leastGain * Double(form.steps.count + (form.isClipped ? 1 : 0)) / 4
            - (form.steps.contains(.oneBased) ? Self.leastGainOfOnePixel : 0)
    }

    /// The ratios of the list's faces to ours, under each of the rules, that rules cannot cause.
    private var likelyScales: [Double] {
        var scales: [Double] = []
        for index in runs.first?.indices ?? 0..<0 {
            let ratios = zip(frames, runs).compactMap { frame, run -> Double? in
                guard frame.faces.count == 1, run[index].count == 1 else { return nil }
                let (theirs, ours) = (frame.faces[0].box, run[index][0].box)
                return Double(theirs.width) / Double(max(ours.width, 1))
            }.sorted()
            guard !ratios.isEmpty else { continue }
            let scale = ratios[ratios.count / 2].nearFraction
            if abs(scale - 1) > 0.15, scale > 0.01, !scales.contains(scale) { scales.append(scale) }
        }
        for (frame, size) in zip(frames, sizes).prefix(1) {
            if let width = frame.width, let height = frame.height {
                let scale = Double(width) / size.width
                if scale != 1, abs(scale - Double(height) / size.height) < 0.02, !scales.contains(scale) {
                    scales.append(scale)
                }
            }
        }
        return scales
    }

    /// The width of most images.
    private var commonWidth: Double? {
        let counts = Dictionary(grouping: sizes, by: \.width).mapValues(\.count)
        return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }

    private func liesWithinImages(_ form: WrittenForm) -> Bool {
        zip(frames, sizes).allSatisfy { frame, size in
            frame.faces.allSatisfy { face in
                let box = Quad(form.undone(face.box, in: size))
                return box.x >= 0 && box.y >= 0 && box.x + box.width <= size.width + 0.01
                    && box.y + box.height <= size.height + 0.01
            }
        }
    }

    /// How the list's sizes differ from the images', with the first such frame.
    private var sizesGiven: String? {
        let wrong = zip(frames, sizes).filter { frame, size in
            (frame.width.map { Double($0) } ?? size.width, frame.height.map { Double($0) } ?? size.height)
                != (size.width, size.height)
        }
        guard let (frame, size) = wrong.first else { return nil }
        let listed = (frame.width ?? 0, frame.height ?? 0)
        let isExchanged = Double(listed.0) == size.height && Double(listed.1) == size.width
        return "\(wrong.count) of \(frames.count) frames are listed with other sizes than the images have"
            + (isExchanged ? ", width and height exchanged" : "")
            + ": \(frame.file) as \(listed.0) x \(listed.1), where the image has \(Int(size.width)) x \(Int(size.height))"
    }
}

extension Double {
    /// The nearest ratio of small integers, if it is very near.
    fileprivate var nearFraction: Double {
        for below in 1...8 {
            let near = (self * Double(below)).rounded() / Double(below)
            if near > 0, abs(near - self) < 0.005 * self { return near }
        }
        return self
    }
}
