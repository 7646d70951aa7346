import Conformance
import Testing
@testable import FaceConformance

@Suite struct AssignmentTests {
    private func sum(_ weights: [[Double]], _ assignment: [Int?]) -> Double {
        assignment.enumerated().reduce(0) { sum, pair in sum + (pair.element.map { weights[pair.offset][$0] } ?? 0) }
    }

    /// The largest sum over all assignments, by trying each.
    private func bruteForce(_ weights: [[Double]], from row: Int = 0, without taken: Set<Int> = []) -> Double {
        guard row < weights.count else { return 0 }
        let skipping = bruteForce(weights, from: row + 1, without: taken)
        return weights[row].indices.filter { !taken.contains($0) }.reduce(skipping) { best, column in
            max(best, weights[row][column] + bruteForce(weights, from: row + 1, without: taken.union([column])))
        }
    }

    @Test("Taking the best pair first can be worse: the sum decides")
    func greedyIsWorse() {
        let weights = [[0.9, 0.8], [0.8, 0.1]]
        #expect(bestAssignment(weights) == [1, 0])
    }

    @Test("The sum is that of trying every assignment, and no column is taken twice")
    func equalsBruteForce() {
        var state: UInt64 = 7
        func random() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 40) / Double(1 << 24)
        }
        for (rows, columns) in [(1, 1), (1, 5), (5, 1), (3, 3), (4, 6), (6, 4), (6, 6)] {
            for sparsity in [0, 0.7] {
                let weights = (0..<rows).map { _ in (0..<columns).map { _ in random() > sparsity ? random() : 0 } }
                let assignment = bestAssignment(weights)
                let taken = assignment.compactMap { $0 }
                #expect(Set(taken).count == taken.count)
                // Sums of at most six numbers below 1, in another order.
                #expect(abs(sum(weights, assignment) - bruteForce(weights)) < 1e-14)
            }
        }
    }

    @Test("Nothing can be assigned to nothing")
    func empty() {
        #expect(bestAssignment([]) == [])
        #expect(bestAssignment([[], []]) == [nil, nil])
    }
}
