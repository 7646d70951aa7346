import NetworkGraph
import Tensors

/// Faults of the network's inputs: wrong channels, numbers or orientation of images, or another case's images.
enum InputFaults {
    /// - Parameters:
    ///   - input: the input's name.
    ///   - tensor: its value in one case.
    static func hypotheses(for input: String, _ tensor: AnyTensor) -> [Hypothesis] {
        guard tensor.elementType.floatFormat != nil else { return [] }
        func hypothesis(
            _ kind: FaultKind, _ key: String, _ words: String, _ alter: @escaping @Sendable (AnyTensor) -> AnyTensor?
        ) -> Hypothesis {
            Hypothesis(
                kind: kind, key: key, layer: nil, words: "the network's input \"\(input)\" \(words)",
                input: InputAlteration { own, _ in
                    own[input].flatMap(alter).map { own.merging([input: $0]) { $1 } }
                })
        }
        return images(tensor, hypothesis) + scales(tensor, hypothesis) + others(input, tensor)
    }

    private typealias Proposal = (
        FaultKind, String, String, @escaping @Sendable (AnyTensor) -> AnyTensor?
    ) -> Hypothesis

    /// Channels in another order, and images turned or mirrored.
    private static func images(_ tensor: AnyTensor, _ hypothesis: Proposal) -> [Hypothesis] {
        let shape = tensor.shape
        guard shape.rank == 4 else { return [] }
        let channels = [1, 3].first { (2...4).contains(shape[$0]) } ?? 1
        let (rows, columns) = channels == 1 ? (2, 3) : (1, 2)
        var found = [Hypothesis]()
        if shape[channels] == 3 {
            found.append(
                hypothesis(.inputChannels, "reversed", "is blue, green, red where it should be red, green, blue") {
                    $0.taking([2, 1, 0], along: channels)
                })
            for (key, order) in [("rotated", [1, 2, 0]), ("rotated-back", [2, 0, 1])] {
                found.append(
                    hypothesis(.inputChannels, key, "has its channels in the order \(order)") {
                        $0.taking(order, along: channels)
                    })
            }
            found.append(
                hypothesis(.inputChannels, "gray", "is gray: each channel is the mean of the three") { tensor in
                    let parts = (0..<3).map { tensor.taking([$0], along: channels).float64.elements }
                    let mean = parts[0].indices.map { (parts[0][$0] + parts[1][$0] + parts[2][$0]) / 3 }
                    var extents = tensor.shape.dimensions
                    extents[channels] = 1
                    return AnyTensor.float32(Tensor(Shape(extents), mean.map { Float($0) }))
                        .taking([0, 0, 0], along: channels)
                })
        }
        if shape[rows] == shape[columns] {
            var order = [0, 1, 2, 3]
            order.swapAt(rows, columns)
            let exchanged = order
            found.append(
                hypothesis(.inputOrientation, "exchanged", "has its rows and columns exchanged") {
                    $0.transposed(exchanged)
                })
        }
        found.append(hypothesis(.inputOrientation, "upside-down", "is upside down") { $0.reversed(along: [rows]) })
        found.append(
            hypothesis(.inputOrientation, "mirrored", "is mirrored, left to right") { $0.reversed(along: [columns]) })
        found.append(
            hypothesis(.inputOrientation, "turned", "is turned by 180 degrees") { $0.reversed(along: [rows, columns]) })
        // The bytes of channels-last images read as channels-first, and the reverse.
        let order = channels == 1 ? [0, 2, 3, 1] : [0, 3, 1, 2]
        found.append(
            hypothesis(.inputOrientation, "layout", "has its bytes taken in the other layout, channels first for last")
            {
                $0.transposed(order).reshaped(to: $0.shape)
            })
        return found
    }

    /// How a program turns pixels from 0 to 255 into a network's input: (x - offset) · scale.
    private struct Normalisation: Equatable {
        let words: String
        let key: String
        let offset: Double
        let scale: Double

        init(_ words: String, _ key: String, _ offset: Double, _ scale: Double) {
            (self.words, self.key, self.offset, self.scale) = (words, key, offset, scale)
        }

        static let mtcnn = Normalisation("(x - 127.5) / 128", "mtcnn", 127.5, 1 / 128.0)
        static let unit = Normalisation("x / 255", "unit", 0, 1 / 255.0)
        static let bytes = Normalisation("x", "bytes", 0, 1)

        /// The fault of this normalisation in place of another, in words.
        func words(insteadOf right: Normalisation) -> String {
            self == .bytes
                ? "is bytes from 0 to 255, where bytes x should be normalised as \(right.words)"
                : right == .bytes
                    ? "is normalised as \(words), where bytes x from 0 to 255 are right"
                    : "is normalised as \(words), where \(right.words) is right for bytes x"
        }
    }

    private static let normalisations: [Normalisation] = [
        .mtcnn,
        Normalisation("(x - 128) / 128", "mean-128", 128, 1 / 128.0),
        Normalisation("(x - 127.5) / 127.5", "scale-127.5", 127.5, 1 / 127.5),
        Normalisation("(x - 128) / 127.5", "mean-128-scale-127.5", 128, 1 / 127.5),
        Normalisation("(x - 127) / 128", "mean-127", 127, 1 / 128.0),
        Normalisation("(x - 127.5) / 255", "scale-255", 127.5, 1 / 255.0),
        Normalisation("(x - 128) / 255", "mean-128-scale-255", 128, 1 / 255.0),
        Normalisation("(x - 128) / 256", "mean-128-scale-256", 128, 1 / 256.0),
        Normalisation("x / 128", "no-mean", 0, 1 / 128.0),
        Normalisation("x / 127.5", "no-mean-127.5", 0, 1 / 127.5),
        .unit,
        Normalisation("x / 256", "unit-256", 0, 1 / 256.0),
        Normalisation("x - 127.5", "mean-alone", 127.5, 1),
        Normalisation("x - 128", "mean-128-alone", 128, 1),
        .bytes,
    ]

    /// The normalisation that made a tensor from whole pixels; nil if no known one did.
    private static func normalisation(of tensor: AnyTensor) -> Normalisation? {
        normalisations.first { candidate in
            tensor.float64.elements.allSatisfy { value in
                let pixel = value / candidate.scale + candidate.offset
                return pixel > -0.01 && pixel < 255.01 && abs(pixel - pixel.rounded()) < 0.01
            }
        }
    }

    private static func scales(_ tensor: AnyTensor, _ hypothesis: Proposal) -> [Hypothesis] {
        // If the pixels are not whole numbers, as after resampling, an image between -1 and 1 is MTCNN's.
        let values = tensor.float64.elements
        let range = (values.min() ?? 0, values.max() ?? 0)
        let likely: Normalisation = range.0 < -0.01 ? .mtcnn : range.1 > 1.5 ? .bytes : .unit
        let own = normalisation(of: tensor) ?? likely
        return normalisations.filter { $0 != own }.map { other in
            hypothesis(.inputScale, other.key, other.words(insteadOf: own)) { tensor in
                tensor.mapNumbers { ($0 / own.scale + own.offset - other.offset) * other.scale }
            }
        } + [
            hypothesis(.inputScale, "halved-range", "is half of what it should be") { $0.mapNumbers { $0 / 2 } },
            hypothesis(.inputScale, "zero", "is all zeros") { $0.mapNumbers { _ in 0 } },
        ]
    }

    /// The inputs of the previous case, and a batch that repeats its first image.
    private static func others(_ input: String, _ tensor: AnyTensor) -> [Hypothesis] {
        var found = [
            Hypothesis(
                kind: .otherCase, key: "before", layer: nil,
                words: "the answer is that of the case before: it was not computed anew",
                input: InputAlteration { own, previous in
                    // Before the first case, or after one of another size, there is no answer to repeat.
                    guard let previous, previous.mapValues(\.shape) == own.mapValues(\.shape) else { return own }
                    return previous
                })
        ]
        if tensor.shape.rank > 1, tensor.shape[0] > 1 {
            found.append(
                Hypothesis(
                    kind: .repeatedBatch, key: "first", layer: nil,
                    words: "only the first of each batch is computed, and its answer is repeated",
                    input: InputAlteration { own, _ in
                        own.mapValues { tensor in
                            tensor.shape.rank == 0
                                ? tensor
                                : tensor.taking([Int](repeating: 0, count: tensor.shape[0]), along: 0)
                        }
                    }))
        }
        return found
    }
}
