import Foundation
import Tensors
import TestSupport
import Testing

@testable import ModelFormats

@Suite struct NeuralEngineForecastTests {
    private func forecast(_ name: String, shape: [Int]? = nil) throws -> NeuralEngineForecast {
        let model = try Model(contentsOf: fixtures.appendingPathComponent("coreml/\(name).mlpackage").path)
        let provenance = try #require(model.provenance as? CoreMLProvenance)
        let shapes = shape.map { ["input": Shape($0)] } ?? provenance.defaultShapes
        let types = try model.graph.tensorTypes(for: shapes)
        return NeuralEngineForecast(model.graph, provenance, types: types)
    }

    @Test("No operation of a float32 program is eligible, and the advice is float16")
    func float32() throws {
        let forecast = try forecast("select_fp32")
        #expect(forecast.operations.allSatisfy { $0.eligibility == .notEligible })
        #expect(forecast.operations.contains { $0.type == "greater_equal" })
        #expect(forecast.eligibleMultiplyAdds == 0 && forecast.eligibleOperations == 0)
        #expect(forecast.advice.first?.contains("--precision fp16") == true)
    }

    @Test("Of a float16 program all but the pool in ceil mode, of which nothing is known, is eligible")
    func float16() throws {
        let forecast = try forecast("select_fp16")
        #expect(forecast.eligibleMultiplyAdds == 1)
        let others = forecast.operations.filter { $0.eligibility != .eligible }
        #expect(others.map(\.type) == ["max_pool"] && others.map(\.rule) == [.ceilMode])
        #expect(others.allSatisfy { $0.eligibility == .unknown && $0.rule.confidence == .none })
        #expect(forecast.eligibleOperations >= NeuralEngineForecast.requestedShare)
    }

    @Test("Elements, norms, slices and pads are eligible; of gathering and of resizing it is said what is known")
    func vocabulary() throws {
        let forecast = try forecast("further_fp16")
        let others = forecast.operations.filter { $0.eligibility != .eligible }
        #expect(Set(others.map(\.type)) == ["gather", "resize_bilinear"])
        #expect(others.allSatisfy { $0.eligibility == .unknown && $0.rule.confidence == .low })
        #expect(forecast.operations.first { $0.type == "relu" }?.rule == .vocabulary)
        #expect(forecast.operations.first { $0.type == "upsample_nearest_neighbor" }?.rule == .upsampling)
    }

    @Test("Leaving away ceil_mode is advised where it changes nothing, and there alone", arguments: [16, 15])
    func ceilMode(side: Int) throws {
        let forecast = try forecast("range_fp16", shape: [1, 3, side, side])
        #expect(forecast.operations.contains { $0.rule == .ceilMode })
        // Behind a convolution of 3 x 3 a pool of 2 x 2 sees 14 pixels or 13.
        #expect(forecast.advice.contains { $0.contains("without ceil_mode") } == (side == 16))
    }

    @Test("A range of sizes, and a network too small for a dispatch, are told, with what to change")
    func wholeProgram() throws {
        let ranged = try forecast("range_fp16")
        #expect(ranged.programRules == [.range, .dispatch])
        #expect(ranged.operations.allSatisfy { !$0.isLikelyPreferred })
        #expect(ranged.advice.contains { $0.contains("enumerated shapes") })
        #expect(try forecast("enumerated_fp32").programRules.first == .enumerated)
    }

    @Test(
        "Every rule that is applied says where it comes from", arguments: ["prelu_fp16", "select_fp32", "range_fp16"])
    func sources(_ name: String) throws {
        let forecast = try forecast(name)
        let rules = forecast.operations.flatMap { [$0.rule] + $0.warnings } + forecast.programRules
        #expect(rules.count > 10 && rules.allSatisfy { !$0.source.isEmpty && !$0.statement.isEmpty })
    }
}
