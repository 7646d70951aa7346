import Tensors

/// A task metric accumulated so far, over the elements of a batch or over several cases.
public struct TaskAgreement: Sendable, Codable, Equatable {
    /// Equal to ``TaskMetric/name``.
    public let task: String
    public let metric: Metric
    /// How many decisions, vectors, point sets, masks or boxes were measured, their sum and their smallest value.
    public private(set) var count: Int
    private var sum: Double
    private var smallest: Double

    /// The metric; nil if nothing was measured. NaN if an answer is NaN.
    public var value: Double? {
        guard count > 0 else { return nil }
        return metric == .cosine ? smallest : sum / Double(count)
    }

    /// - Parameters:
    ///   - outputs: the network's, in order, as far as both sides have them, each the baseline's with the
    ///     candidate's.
    /// - Throws: ``TaskError`` if it is unclear which output is meant, or if its shape does not fit the task.
    public init(
        _ task: TaskMetric, of outputs: [(name: String, baseline: AnyTensor, candidate: AnyTensor)]
    ) throws(TaskError) {
        self.task = task.name
        metric = task.metric
        (count, sum, smallest) = (0, 0, .infinity)
        var meant = outputs.filter { task.output == nil || $0.name == task.output }
        if task.output == nil, task.kind != .cosine, meant.count > 1 {
            throw .severalOutputs(task.name, outputs.map(\.name))
        }
        if meant.isEmpty, let output = task.output {
            throw .noOutput(task.name, output, outputs.map(\.name))
        }
        meant = meant.filter { $0.baseline.shape == $0.candidate.shape }
        for output in meant {
            let elements = try Answers.pairs(output.name, output.baseline, output.candidate)
            for pair in elements {
                let values = try task.values(of: pair)
                count += values.count
                for value in values {
                    sum += value
                    smallest = value.isNaN || value < smallest ? value : smallest
                }
            }
        }
    }

    /// A program's measurement.
    ///
    /// - Parameter task: `command:PROGRAM#mAP`
    public init(measured value: Double, as task: String) {
        self.task = task
        metric = .programValue
        (count, sum, smallest) = (1, value, value)
    }

    public func merged(with other: TaskAgreement) -> TaskAgreement {
        var merged = self
        merged.count += other.count
        merged.sum += other.sum
        merged.smallest = other.smallest.isNaN || other.smallest < smallest ? other.smallest : smallest
        return merged
    }
}

extension [TaskAgreement] {
    /// What both measured: of a task that both have, over the answers of both.
    package func merged(with others: [TaskAgreement]) -> [TaskAgreement] {
        map { own in others.first { $0.task == own.task }.map { own.merged(with: $0) } ?? own }
            + others.filter { other in !contains { $0.task == other.task } }
    }
}

extension TaskMetric {
    /// Whether the task is on any output, or on one of these.
    func isOn(_ outputs: [String]) -> Bool { output.map { outputs.contains($0) } ?? true }
}

extension [TaskMetric] {
    /// The tasks of several networks that are on one's outputs.
    package func on(_ outputs: [String]) -> [TaskMetric] { filter { $0.isOn(outputs) } }

    /// Checks that each task is on an output of some network.
    ///
    /// - Throws: ``TaskError/noOutput(_:_:_:)``
    package func requireOutputs(among outputs: [String]) throws(TaskError) {
        for task in self where !task.isOn(outputs) {
            throw .noOutput(task.name, task.output ?? "", outputs.withoutRepeats)
        }
    }
}

/// Why a task cannot be measured on a network's answers.
public enum TaskError: Error, Equatable, CustomStringConvertible {
    case severalOutputs(String, [String])
    case noOutput(String, String, [String])
    case unfit(String, output: String, Shape, reason: String)

    public var description: String {
        switch self {
        case .severalOutputs(let task, let outputs):
            "\(task): the network has several outputs; name one: "
                + outputs.map { "\(task)@\($0)" }.joined(separator: " or ")
        case .noOutput(let task, let output, let outputs):
            "\(task): there is no output \(output) to measure; there are \(outputs.joined(separator: ", "))"
        case .unfit(let task, let output, let shape, let reason):
            "\(task): output \(output) has shape \(shape): \(reason)"
        }
    }
}

/// Both sides' answers to one element of a batch, in one output.
private struct Answers {
    let output: String
    /// Without the batch axis.
    let shape: Shape
    let baseline: [Double]
    let candidate: [Double]

    /// The answers to each element of the batch; one if the output has no batch.
    static func pairs(_ output: String, _ baseline: AnyTensor, _ candidate: AnyTensor) throws(TaskError) -> [Answers] {
        let shape = baseline.shape
        let (expected, found) = (baseline.float64.elements, candidate.float64.elements)
        guard shape.rank > 1 else {
            return [Answers(output: output, shape: shape, baseline: expected, candidate: found)]
        }
        let one = Shape(Array(shape.dimensions.dropFirst()))
        return (0..<shape[0]).map { element in
            let range = element * one.count..<(element + 1) * one.count
            return Answers(
                output: output, shape: one, baseline: Array(expected[range]), candidate: Array(found[range]))
        }
    }

    /// The number of classes, and the positions that have a score for each: classes lie on the first axis longer than
    /// 1.
    var classes: (count: Int, positions: Int) {
        let long = shape.dimensions.filter { $0 != 1 }
        let count = long.first ?? 1
        return (count, long.dropFirst().reduce(1, *))
    }
}

extension TaskMetric {
    /// The measurements on the answers to one element of a batch: a number for each decision, vector, point set, mask
    /// or box.
    fileprivate func values(of answers: Answers) throws(TaskError) -> [Double] {
        switch kind {
        case .top(let count): try top(count, answers)
        case .cosine: [cosine(answers)]
        case .landmarks(let normaliser): [try distance(answers, normaliser)]
        case .maskIou: maskOverlap(answers).map { [$0] } ?? []
        case .boxes: try boxOverlaps(answers)
        }
    }

    private func top(_ count: Int, _ answers: Answers) throws(TaskError) -> [Double] {
        let (classes, positions) = answers.classes
        guard count < classes else {
            throw .unfit(
                name, output: answers.output, answers.shape,
                reason: "it holds scores of \(classes) classes; the first \(count) of them are always all")
        }
        return (0..<positions).map { position in
            let (expected, found) = (
                scores(answers.baseline, classes, positions, position),
                scores(answers.candidate, classes, positions, position)
            )
            guard let first = expected.indexOfLargest, !found.contains(where: \.isNaN) else { return 0 }
            let before = found.indices.count { found[$0] > found[first] || (found[$0] == found[first] && $0 < first) }
            return before < count ? 1 : 0
        }
    }

    private func scores(_ elements: [Double], _ classes: Int, _ positions: Int, _ position: Int) -> [Double] {
        (0..<classes).map { elements[$0 * positions + position] }
    }

    private func cosine(_ answers: Answers) -> Double {
        var (product, mine, theirs) = (0.0, 0.0, 0.0)
        for (expected, found) in zip(answers.baseline, answers.candidate) {
            product += expected * found
            mine += expected * expected
            theirs += found * found
        }
        // Squares that are no normal numbers have lost what they are of.
        if min(mine, theirs) < .leastNormalMagnitude { return answers.baseline == answers.candidate ? 1 : 0 }
        return product / (mine * theirs).squareRoot()
    }

    private func distance(_ answers: Answers, _ normaliser: LandmarkNormaliser) throws(TaskError) -> Double {
        let count = answers.baseline.count / 2
        func unfit(_ reason: String) -> TaskError {
            .unfit(name, output: answers.output, answers.shape, reason: reason)
        }
        guard count > 0, answers.baseline.count == 2 * count else { throw unfit("points are pairs of numbers") }
        func point(_ elements: [Double], _ index: Int) -> (x: Double, y: Double) {
            normaliser.isPlanar
                ? (elements[index], elements[count + index]) : (elements[2 * index], elements[2 * index + 1])
        }
        func apart(_ one: (x: Double, y: Double), _ other: (x: Double, y: Double)) -> Double {
            ((one.x - other.x) * (one.x - other.x) + (one.y - other.y) * (one.y - other.y)).squareRoot()
        }
        let expected = (0..<count).map { point(answers.baseline, $0) }
        let found = (0..<count).map { point(answers.candidate, $0) }
        let length: Double
        switch normaliser.length {
        case .fixed(let fixed): length = fixed
        case .between(let one, let other):
            guard one < count, other < count else { throw unfit("it holds \(count) points, counted from 0") }
            length = apart(expected[one], expected[other])
        case .box:
            let (xs, ys) = (expected.map(\.x).sorted(), expected.map(\.y).sorted())
            length = ((xs[count - 1] - xs[0]) * (ys[count - 1] - ys[0])).squareRoot()
        }
        let mean = zip(expected, found).map { apart($0, $1) }.reduce(0, +) / Double(count)
        return mean == 0 ? 0 : mean / length
    }

    /// Nil where neither side has anything in its mask.
    private func maskOverlap(_ answers: Answers) -> Double? {
        guard !(answers.baseline + answers.candidate).contains(where: \.isNaN) else { return .nan }
        let hasClasses = answers.shape.rank > 2 && answers.shape[0] > 1
        let (expected, found): ([Int], [Int])
        if hasClasses {
            let positions = answers.baseline.count / answers.shape[0]
            func classes(_ elements: [Double]) -> [Int] {
                (0..<positions).map { scores(elements, answers.shape[0], positions, $0).indexOfLargest ?? 0 }
            }
            (expected, found) = (classes(answers.baseline), classes(answers.candidate))
        } else {
            // Probabilities are thresholded at one half, logits at 0.
            let cut = answers.baseline.allSatisfy { (0...1).contains($0) } ? 0.5 : 0
            (expected, found) = (answers.baseline.map { $0 > cut ? 1 : 0 }, answers.candidate.map { $0 > cut ? 1 : 0 })
        }
        var areas = [Int: (both: Int, either: Int)]()
        for (one, other) in zip(expected, found) {
            areas[one, default: (0, 0)].either += 1
            if one == other {
                areas[one, default: (0, 0)].both += 1
            } else {
                areas[other, default: (0, 0)].either += 1
            }
        }
        if !hasClasses { areas[0] = nil }
        guard !areas.isEmpty else { return nil }
        let overlaps = areas.sorted { $0.key < $1.key }.map { Double($0.value.both) / Double($0.value.either) }
        return overlaps.reduce(0, +) / Double(overlaps.count)
    }

    private func boxOverlaps(_ answers: Answers) throws(TaskError) -> [Double] {
        let columns = answers.shape.dimensions.last ?? 0
        guard columns >= 4, answers.baseline.count.isMultiple(of: columns) else {
            throw .unfit(
                name, output: answers.output, answers.shape, reason: "a row begins with the numbers x1, y1, x2, y2")
        }
        return stride(from: 0, to: answers.baseline.count, by: columns).compactMap { row in
            let (mine, theirs) = (Array(answers.baseline[row..<row + 4]), Array(answers.candidate[row..<row + 4]))
            let width = min(mine[2], theirs[2]) - max(mine[0], theirs[0])
            let height = min(mine[3], theirs[3]) - max(mine[1], theirs[1])
            let both = max(0, width) * max(0, height)
            func area(_ box: [Double]) -> Double { max(0, box[2] - box[0]) * max(0, box[3] - box[1]) }
            guard !(mine + theirs).contains(where: \.isNaN) else { return .nan }
            // Rows without a box fill up the table; equal boxes are equal, however large they are.
            if mine == theirs { return area(mine) > 0 ? 1 : nil }
            let either = area(mine) + area(theirs) - both
            return either > 0 ? both / either : 0
        }
    }
}

extension [Double] {
    /// The first of equal ones; nil if one is NaN, or if there are none.
    fileprivate var indexOfLargest: Int? {
        guard !contains(where: \.isNaN) else { return nil }
        return indices.max { self[$0] < self[$1] || (self[$0] == self[$1] && $0 > $1) }
    }
}
