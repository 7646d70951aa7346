import NetworkGraph
import OperatorSamples
import Tensors
import TestSupport
import Testing

@testable import Engines

/// Bounds where the operands have errors of their own, and all bounds as they were kept when they were last reasoned
/// about.
@Suite struct KeptBoundTests {
    /// An error of every number that a sample is given, times `size`: some units in its sixth digit, or another `part`.
    /// What only says how to compute, as scales and limits of a count do, has none.
    private func errors(of sample: OperatorSample, size: Double = 1, part: Double = 0x1p-18) -> [Tensor<Double>?] {
        let exact = sample.operation is Resize ? [1, 2, 3] : sample.operation is Progression ? [1] : []
        return sample.inputs.enumerated().map { position, input in
            guard let input, !exact.contains(position), input.elementType.floatFormat != nil else { return nil }
            return input.float64.map { (abs($0) + 0.25) * size * part }
        }
    }

    private func bounds(_ sample: OperatorSample, _ bound: RoundingBound, _ errors: [Tensor<Double>?]) throws -> Tensor<
        Double
    > {
        let exact = try ArithmeticName.fp64.apply(sample.operation, to: sample.inputs).float64
        return try bound.errors(of: sample.node, inputs: sample.inputs, errors: errors, output: exact)
    }

    @Test(
        "Operands that are off by no more than their errors give results within the bound, for numbers of any size",
        arguments: OperatorSample.all)
    func operandsWithErrors(_ sample: OperatorSample) throws {
        for size: Double in [1, 300, 0x1p-80] {
            for part in [0x1p-18, 0.25, 1.5] { try keepsBound(sample, size: size, errorPart: part) }
        }
    }

    /// - Parameters:
    ///   - size: by how much the sample's numbers are multiplied.
    ///   - errorPart: the error of a number, as a part of it.
    private func keepsBound(_ sample: OperatorSample, size: Double, errorPart: Double) throws {
        let errors = errors(of: sample, size: size, part: errorPart)
        let inputs = zip(sample.inputs, errors).map { input, error -> AnyTensor? in
            error == nil ? input : input.map { .float64($0.float64.map { $0 * size }) }
        }
        guard let exact = try? ArithmeticName.fp64.apply(sample.operation, to: inputs).float64 else { return }
        let bounds = try RoundingBound.float32.errors(of: sample.node, inputs: inputs, errors: errors, output: exact)
        var random = RandomNumbers(seed: 5)
        for place in 0..<16 {
            let moved = zip(inputs, errors).map { input, error -> AnyTensor? in
                guard let input, let error else { return input }
                // At the ends of what a number may be, and between them.
                let factors = error.map { _ -> Double in
                    place < 8 ? [-1, 1].randomElement(using: &random) ?? 1 : .random(in: -1...1, using: &random)
                }
                return .float64(input.float64.zipMap(error.zipMap(factors, *), +))
            }
            guard let computed = try? ArithmeticName.fp64.apply(sample.operation, to: moved).float64,
                computed.shape == exact.shape
            else { continue }
            // What overflows float64 is more than rounding can be asked about.
            for (index, bound) in bounds.elements.enumerated() where exact.elements[index].isFinite {
                let error = abs(computed.elements[index] - exact.elements[index])
                // Roots and logarithms of less than 0 are nothing that a right program computes.
                #expect(
                    error <= bound || error.isNaN,
                    "\(index): \(error) beyond \(bound), of numbers times \(size) with errors of \(errorPart)")
            }
        }
    }

    /// What is kept: for each sample a line with the sum of its finite bounds, and how many are infinite, in each
    /// arithmetic as it is given, and in the first and the last with errors of the operands.
    private func lines() throws -> [String] {
        let arithmetics: [ArithmeticName] = [.fp32, .fp16Weights, .fp16Storage, .fp16FMA, .neuralEngineM1]
        return try OperatorSample.all.map { sample in
            let plain = try arithmetics.map { arithmetic in
                let bound = RoundingBound(of: arithmetic)
                let errors = sample.inputs.map { $0.flatMap { bound.inputErrors(of: $0, isConstant: false) } }
                return try bounds(sample, bound, errors)
            }
            let moved = try [ArithmeticName.fp32, .neuralEngineM1].map {
                try bounds(sample, RoundingBound(of: $0), errors(of: sample))
            }
            let figures = (plain + moved).map { bounds in
                let finite = bounds.elements.filter(\.isFinite)
                let infinite = bounds.elements.count - finite.count
                return "\(finite.reduce(0, +))" + (infinite > 0 ? "+\(infinite)" : "")
            }
            return "\(sample.operation.name) " + figures.joined(separator: " ")
        }
    }

    @Test("Every bound is the kept one: whoever changes or adds a bound shows it, in OperatorSample.keptBounds")
    func kept() throws {
        let kept = OperatorSample.keptBounds.split(separator: "\n").map(String.init)
        let computed = try lines()
        #expect(kept.count == computed.count)
        // A line that lacks is one line to add, and does not move those behind it.
        var rest = kept[...]
        for line in computed {
            if let old = rest.first, isSame(old, line) {
                rest.removeFirst()
                continue
            }
            let name = line.prefix { $0 != " " }
            let isOfSame = rest.first?.hasPrefix("\(name) ") == true
            Issue.record("kept: \(isOfSame ? rest.removeFirst() : "nothing")\nnow: \(line)")
        }
    }

    /// Whether two lines say the same; functions of the system's mathematics may differ in the last digits.
    private func isSame(_ old: String, _ new: String) -> Bool {
        let (old, new) = (old.split { " +".contains($0) }, new.split { " +".contains($0) })
        return old.count == new.count
            && zip(old, new).allSatisfy { one, other in
                guard let a = Double(one), let b = Double(other) else { return one == other }
                return abs(a - b) <= 1e-9 * abs(a)
            }
    }
}
