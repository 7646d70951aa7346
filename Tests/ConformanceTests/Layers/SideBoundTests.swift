import Engines
import NetworkSupport
import Tensors
import Testing

@testable import Conformance

/// Two sides that each declare an arithmetic: each side's error is held to what its own explains.
@Suite struct SideBoundTests {
    private func layers(
        _ engine: ArithmeticName, _ recording: ArithmeticName, candidate: LayerComparison.Candidate = .engine,
        _ change: (RecordedCase) -> RecordedCase = { $0 }
    ) throws -> [LayerMetrics] {
        let network = SmallNetwork()
        let comparison = try LayerComparison(
            of: engine.engine(for: network.graph()), (engine: engine, recording: recording), candidate: candidate)
        return try comparison.compare(with: change(network.recorded(in: recording))).layers
    }

    @Test("The spread of right programs is that of the side's arithmetic, whichever side is judged")
    func spreads() throws {
        let ofEngine = try #require(layers(.fp16Storage, .fp32).last).cumulative
        let ofRecording = try #require(layers(.fp16Storage, .fp32, candidate: .recording).last).cumulative
        for (half, single) in [
            (ofEngine.candidateError, ofEngine.baselineError),
            (ofRecording.baselineError, ofRecording.candidateError),
        ] {
            let (wide, narrow) = (try #require(half?.envelope), try #require(single?.envelope))
            // Float16 has 13 bits less.
            #expect(wide > 256 * narrow && narrow > 0)
        }
    }

    @Test("A recording's bound depends on its own arithmetic, not on the engine's")
    func bounds() throws {
        let (beside16, beside32) = (try layers(.fp16Storage, .fp32), try layers(.fp32, .fp32))
        #expect(beside16.count == beside32.count)
        for (one, other) in zip(beside16, beside32) {
            let (first, second) = (one.cumulative.baselineError, other.cumulative.baselineError)
            #expect(first?.boundRatio == second?.boundRatio && first?.boundRatio ?? 2 <= 1, "\(one.layer)")
        }
    }

    @Test("What is given to both sides is graded where the arithmetics are declared, and only there")
    func given() throws {
        let network = SmallNetwork()
        func withInput(_ recorded: RecordedCase) -> RecordedCase {
            RecordedCase(
                name: recorded.name, source: recorded.source, inputs: recorded.inputs,
                tensors: recorded.tensors.merging(recorded.inputs) { $1 })
        }
        let declared = try #require(layers(.fp32, .fp32, withInput).first { $0.layer == "x" }).cumulative
        #expect(declared.baselineError?.grade == .explains && declared.candidateError?.grade == .explains)
        let plain = try LayerComparison(of: ArithmeticName.fp32.engine(for: network.graph()), bound: .float32)
            .compare(with: withInput(network.recorded(in: .fp32))).layers
        let undeclared = try #require(plain.first { $0.layer == "x" }).cumulative
        #expect(undeclared.baselineError != nil && undeclared.baselineError?.grade == nil)
    }

    @Test("An error at its bound is hardly explained, and one beyond it is not")
    func grades() {
        var error = ErrorAgainstOracle()
        (error.envelopeRatio, error.boundRatio) = (9, 1)
        #expect(error.grade == .hardlyExplains)
        error.boundRatio = 1.0.nextUp
        #expect(error.grade == .cannotExplain)
        // Winograd's algorithm may err by more than sums do.
        error.widestBoundRatio = 1
        #expect(error.grade == .hardlyExplains)
        error.widestBoundRatio = 1.0.nextUp
        #expect(error.grade == .cannotExplain)
        error.envelopeRatio = 8
        #expect(error.grade == .explains)
    }

    @Test("What right programs do not explain is held to the probable bound and to Winograd's, and nothing else is")
    func furtherBounds() throws {
        let right = try layers(.fp32, .fp32)
        #expect(right.allSatisfy { $0.cumulative.baselineError?.probableBoundRatio == nil })
        let changed = try layers(.fp32, .fp32) { recorded in
            var tensors = recorded.tensors
            tensors["conv"] = tensors["conv"].map {
                .float32(Tensor($0.shape, $0.float64.elements.map { Float($0 + 1) }))
            }
            return RecordedCase(
                name: recorded.name, source: recorded.source, inputs: recorded.inputs, tensors: tensors)
        }
        let conv = try #require(changed.first { $0.layer == "conv" }?.cumulative)
        let wrong = try #require(conv.baselineError)
        let (probable, widest) = (try #require(wrong.probableBoundRatio), try #require(wrong.widestBoundRatio))
        // 27 products are too few for the probable bound to be below the worst case.
        #expect(
            probable == wrong.boundRatio && widest < wrong.boundRatio && widest > 1 && wrong.grade == .cannotExplain)
        #expect(conv.candidateError?.probableBoundRatio == nil)
    }

    @Test("A layer whose own error no rounding makes is not explained, however much rounding may have reached it")
    func ownError() throws {
        let changed = try layers(.fp32, .fp32) { recorded in
            var tensors = recorded.tensors
            tensors["pool"] = tensors["pool"].map { tensor in
                .float32(Tensor(tensor.shape, tensor.float64.elements.map { Float($0 + 1e-4) }))
            }
            return RecordedCase(
                name: recorded.name, source: recorded.source, inputs: recorded.inputs, tensors: tensors)
        }
        let pool = try #require(changed.first { $0.layer == "pool" })
        #expect(pool.cumulative.grade == .hardlyExplains && pool.isolated?.grade == .cannotExplain)
        #expect(pool.grade == .cannotExplain)
        let later = try #require(changed.first { $0.layer == "flatten" })
        #expect(later.grade == later.cumulative.grade)
    }
}
