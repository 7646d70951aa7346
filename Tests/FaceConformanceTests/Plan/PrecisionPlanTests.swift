import Captures
import Conformance
import Detection
import Engines
import Foundation
import JSONTree
import ModelFormats
import NetworkGraph
import TestSupport
import Testing
@testable import FaceConformance

/// On the bundled networks, and one small frame that takes them little time.
@Suite struct PrecisionPlanTests {
    private func trial(
        comparesOutputs: Bool = true, changing change: (CascadeNetwork, Graph) throws -> Graph = { $1 }
    ) throws -> PlanTrial {
        var cascade = [CascadeNetwork: PlanTrial.PlannedNetwork]()
        for (network, name) in [(CascadeNetwork.proposal, "pnet"), (.refinement, "rnet"), (.output, "onet")] {
            let model = try Model(named: name, in: fixtures.appendingPathComponent("models").path)
            let capture = try CaptureFile(contentsOf: fixtures.appendingPathComponent("captures/\(name).h5").path)
            let inputs = try NetworkInputs.all(in: capture, of: model.graph).suffix(comparesOutputs ? 1 : 0)
            cascade[network] = PlanTrial.PlannedNetwork(
                name: name, graph: try change(network, model.graph), inputs: Array(inputs))
        }
        let image = try DecodedImage(contentsOf: fixtures.appendingPathComponent("frames/24_tiny_faces.jpg"))
        return try PlanTrial(
            cascade: cascade, images: [image], minimumFaceSize: 60, arithmetic: .fp16Storage)
    }

    private func plan(_ requirements: String...) throws -> PrecisionPlan {
        var trial = try trial()
        return try PrecisionPlan(
            requirements: requirements.compactMap(PlanRequirement.init), trial: &trial, minimumFaceSize: 60, frames: 1)
    }

    @Test("Every operation of a network belongs to one layer, and every layer does work")
    func layers() throws {
        let trial = try trial()
        #expect(trial.layers.count { $0.network == "proposal" } == 5)
        #expect(trial.layers.count { $0.network == "refinement" } == 6)
        #expect(trial.layers.count { $0.network == "output" } == 8)
        for (network, name) in [(CascadeNetwork.proposal, "pnet"), (.refinement, "rnet"), (.output, "onet")] {
            let graph = try Model(named: name, in: fixtures.appendingPathComponent("models").path).graph
            let operations = trial.layers.filter { $0.network == network.rawValue }.flatMap(\.operations)
            #expect(operations.sorted() == graph.nodes.map { $0.outputs[0] }.sorted())
        }
        #expect(trial.multiplyAdds.allSatisfy { $0 > 0 })
    }

    @Test(
        "A choice of layers in which a network overflows keeps no limit, be it on its inputs or on a frame alone",
        arguments: [true, false])
    func overflow(comparesOutputs: Bool) throws {
        var trial = try trial(comparesOutputs: comparesOutputs) { network, graph in
            guard network == .refinement else { return graph }
            // Weights that float32 holds and float16 does not.
            let convolution = try #require(graph.nodes.first { $0.operator is Convolution })
            let name = try #require(convolution.inputs[1])
            var initializers = graph.initializers
            initializers[name] = .float32(try #require(initializers[name]?.float32Tensor).map { $0 * 0x1p24 })
            return try Graph(
                name: graph.name, inputs: graph.inputs, outputs: graph.outputs, nodes: graph.nodes,
                initializers: initializers)
        }
        let nothingKept = try trial.measure(float32Layers: [])
        #expect(nothingKept.maxAbsDiff == .infinity && nothingKept.meanAbsDiff == .infinity)
        #expect(nothingKept.meanIou == nil)
        let whole = try trial.measure(float32Layers: trial.allLayers)
        #expect(whole.maxAbsDiff == 0 && whole.meanAbsDiff == 0)
    }

    @Test("Float32 throughout differs in nothing from float32")
    func float32() throws {
        var trial = try trial()
        let measurement = try trial.measure(float32Layers: trial.allLayers)
        #expect(measurement.maxAbsDiff == 0 && measurement.meanIou == 1 && measurement.detectionAgreement == 1)
    }

    @Test("The plan, applied, meets the requirement; without any one of its layers it does not")
    func minimal() throws {
        let plan = try plan("max_abs_diff=5e-4")
        let requirement = try #require(PlanRequirement("max_abs_diff=5e-4"))
        #expect(plan.isMet && !requirement.holds(for: plan.nothingKept))
        let kept = Set(plan.layers.indices.filter { plan.layers[$0].isKeptInFloat32 })
        #expect(!kept.isEmpty && kept.count < plan.layers.count)
        var fresh = try trial()
        #expect(try fresh.measure(float32Layers: kept) == plan.measurement)
        #expect(requirement.holds(for: plan.measurement))
        for layer in kept {
            let rest = try fresh.measure(float32Layers: kept.subtracting([layer]))
            #expect(!requirement.holds(for: rest) && rest == plan.layers[layer].removed)
        }
        let schema = fixtures.deletingLastPathComponent().appendingPathComponent("validation/schemas/plan.schema.json")
        let json = try JSON(parsing: Array(JSON(encoding: plan).text().utf8), file: "plan")
        #expect(try json.decode(PrecisionPlan.self) == plan)
        let parsed = try JSON(parsing: [UInt8](Data(contentsOf: schema)), file: schema.path)
        #expect(JSONSchema(parsed).violations(in: json) == [])
    }

    @Test("What float16 keeps takes no layer in float32")
    func nothingNeeded() throws {
        let plan = try plan("max_abs_diff=0.1", "mean_iou=0.5")
        #expect(plan.isMet && plan.float32Share == 0 && plan.layers.allSatisfy { !$0.isKeptInFloat32 })
    }

    @Test("A difference of 0 takes every layer that the float16 arithmetic changes")
    func everything() throws {
        let plan = try plan("max_abs_diff=0")
        #expect(plan.isMet && plan.measurement.maxAbsDiff == 0)
        #expect(plan.layers.filter(\.isKeptInFloat32).count == plan.layers.count)
        #expect(plan.float32Share == 1)
    }
}
