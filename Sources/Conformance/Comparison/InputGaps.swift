import Tensors

/// Faults that a comparison's inputs cannot reveal because they change nothing on them: a gray image has the same
/// numbers in every channel order.
package struct InputGaps: Sendable {
    private struct Gaps: Sendable {
        var isConstant: Bool
        var hasEqualChannels: Bool
        var isSymmetric: Bool
        var hasEqualBatchElements: Bool

        /// Each is looked for only up to the first number that tells otherwise, in no copy of the tensor.
        init(_ tensor: some TypedTensor) {
            let (numbers, shape) = (tensor.typed.elements, tensor.typed.shape)
            isConstant = numbers.count > 1 && numbers.allSatisfy { $0 == numbers[0] }
            hasEqualChannels = channelAxis(of: shape).map { numbers.isEqual(along: $0, of: shape) } ?? false
            isSymmetric = Gaps.isSymmetric(numbers, shape)
            hasEqualBatchElements = shape.rank > 1 && shape[0] > 1 && numbers.isEqual(along: 0, of: shape)
        }

        private static func isSymmetric<Number: Equatable>(_ numbers: [Number], _ shape: Shape) -> Bool {
            guard let channels = channelAxis(of: shape) else { return false }
            let (rows, columns) = channels == 1 ? (2, 3) : (1, 2)
            let extent = shape[rows]
            guard extent == shape[columns], extent > 1 else { return false }
            let (down, across) = (shape.strides[rows], shape.strides[columns])
            return numbers.indices.allSatisfy { place in
                let (row, column) = (place / down % extent, place / across % extent)
                return numbers[place] == numbers[place + (column - row) * (down - across)]
            }
        }

        func merged(with other: Gaps) -> Gaps {
            var merged = self
            merged.isConstant = isConstant && other.isConstant
            merged.hasEqualChannels = hasEqualChannels && other.hasEqualChannels
            merged.isSymmetric = isSymmetric && other.isSymmetric
            merged.hasEqualBatchElements = hasEqualBatchElements && other.hasEqualBatchElements
            return merged
        }
    }

    private var names = [String]()
    private var gaps = [String: Gaps]()

    package init() {}

    /// The gaps of one case's inputs.
    package init(_ inputs: [String: AnyTensor]) {
        names = inputs.keys.sorted()
        gaps = inputs.mapValues { Gaps($0.contents) }
    }

    /// The gaps over all cases: a single case is enough to reveal a fault.
    package func merged(with other: InputGaps) -> InputGaps {
        guard !names.isEmpty else { return other }
        var merged = self
        merged.names = names.filter { other.gaps[$0] != nil }
        merged.gaps = gaps.merging(other.gaps) { $0.merged(with: $1) }
        return merged
    }

    /// Whether every input is one number throughout in every case: two networks that do another thing may well agree.
    package var areConstant: Bool { !names.isEmpty && names.allSatisfy { gaps[$0]?.isConstant == true } }

    /// A sentence for each.
    package var sentences: [String] {
        names.flatMap { name -> [String] in
            guard let gaps = gaps[name] else { return [] }
            if gaps.isConstant {
                return [
                    "every case's \"\(name)\" is one number throughout: orders of channels, rows and columns, and kernels "
                        + "that are flipped or transposed, do not show; give photographs"
                ]
            }
            var sentences = [String]()
            if gaps.hasEqualChannels {
                sentences.append(
                    "every case's \"\(name)\" is gray: an order of channels (blue, green, red) does not show; give images "
                        + "with colours")
            }
            if gaps.isSymmetric {
                sentences.append(
                    "every case's \"\(name)\" is its own transpose: rows and columns exchanged do not show; give images "
                        + "that are not symmetric")
            }
            if gaps.hasEqualBatchElements {
                sentences.append(
                    "the elements of every batch of \"\(name)\" are equal: an element computed for all does not show; "
                        + "give batches of different images")
            }
            return sentences
        }
    }
}

/// For images; nil for other tensors.
private func channelAxis(of shape: Shape) -> Int? {
    guard shape.rank == 4 else { return nil }
    return shape[1] == 3 ? 1 : shape[3] == 3 ? 3 : nil
}

extension Array where Element: Equatable {
    /// Whether all slices along an axis hold the same numbers.
    fileprivate func isEqual(along axis: Int, of shape: Shape) -> Bool {
        let inner = shape.dimensions.dropFirst(axis + 1).reduce(1, *)
        let stride = inner * shape[axis]
        guard stride > 0, !isEmpty else { return false }
        return indices.allSatisfy { self[$0] == self[$0 / stride * stride + $0 % inner] }
    }
}
