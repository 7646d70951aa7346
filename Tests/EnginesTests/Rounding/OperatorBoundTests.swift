import Engines
import NetworkGraph
import OperatorSamples
import Tensors
import Testing

/// Every operator's bound, held against what arithmetics compute on random and boundary inputs.
@Suite struct OperatorBoundTests {
    @Test("No right computation exceeds its operator's bound, in any arithmetic", arguments: OperatorSample.all)
    func isNeverExceeded(sample: OperatorSample) throws {
        for arithmetic in ArithmeticName.allCases where arithmetic != .fp64 {
            let bound = RoundingBound(of: arithmetic)
            let exact = try ArithmeticName.fp64.apply(sample.operation, to: sample.inputs).float64
            let bounds = try bound.errors(
                of: sample.node, inputs: sample.inputs,
                errors: sample.inputs.map { $0.flatMap { bound.inputErrors(of: $0, isConstant: false) } }, output: exact
            )
            let computed = try arithmetic.apply(sample.operation, to: sample.inputs).float64
            #expect(bounds.shape == exact.shape)
            for (index, bound) in bounds.elements.enumerated() {
                let error = abs(computed.elements[index] - exact.elements[index])
                #expect(error <= bound, "\(arithmetic.rawValue) \(index): \(error) beyond \(bound)")
                // A bound that explains anything would judge nothing.
                guard arithmetic == .fp32 else { continue }
                #expect(bound <= sample.sharpness * (1 + abs(exact.elements[index])), "\(index): \(bound) is no bound")
            }
        }
    }

    @Test("Results worked out by hand are what float32 and float64 give", arguments: OperatorSample.all)
    func byHand(sample: OperatorSample) throws {
        guard let output = sample.output else { return }
        for arithmetic in [ArithmeticName.fp32, .fp64] {
            let computed = try arithmetic.apply(sample.operation, to: sample.inputs).float64
            #expect(computed.elements.count == output.count)
            for (one, other) in zip(computed.elements, output) { #expect(abs(one - other) <= 1e-6 * (1 + abs(other))) }
        }
    }

    @Test("Every number that an operator gives is one that the arithmetic stores", arguments: OperatorSample.all)
    func stores(sample: OperatorSample) throws {
        for arithmetic in ArithmeticName.allCases {
            let computed = try arithmetic.apply(sample.operation, to: sample.inputs)
            guard computed.elementType.floatFormat != nil else { continue }
            #expect(computed.elementType == arithmetic.elementType)
            for number in computed.float64.elements where !number.isNaN {
                #expect(arithmetic.formats.stored.rounded(number) == number, "\(arithmetic.rawValue): \(number)")
            }
        }
    }

    @Test("An operator without a bound is refused, not taken for one that only moves elements")
    func requiresBound() throws {
        struct Unknown: Operator {
            var name: String { "Unknown" }
            func outputTypes(for inputs: [TensorType?]) throws(OperatorError) -> [TensorType] { [.real([1])] }
            func keepsBatchElementsApart(dependent: [Bool], ranks: [Int]) -> Bool { false }
        }
        let node = Node(name: "it", operator: Unknown(), inputs: ["x"], outputs: ["y"])
        #expect(throws: EngineError.unsupported(node: "it", operator: "Unknown")) {
            try RoundingBound.float32.errors(
                of: node, inputs: [.float32(Tensor([1], [1]))], errors: [nil], output: Tensor([1], [1]))
        }
    }
}
