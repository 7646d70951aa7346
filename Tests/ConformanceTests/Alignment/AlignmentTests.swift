import Conformance
import TestSupport
import Tensors
import Testing

/// Sides that hold the same tensors under other names, in other layouts, or not all of them.
@Suite struct AlignmentTests {
    /// A convolution, its activation, the flattened vectors and the answer, of two images.
    private let reference: [SideTensor]

    init() {
        var random = RandomNumbers(seed: 3)
        func tensor(_ name: String, _ operation: String, _ shape: Shape, isOutput: Bool = false) -> SideTensor {
            SideTensor(
                name: name, operator: operation, isOutput: isOutput,
                values: .float32(random.floats(shape, in: -1...1)))
        }
        let conv = tensor("conv1", "Conv", [2, 3, 4, 5])
        let prelu = tensor("prelu1", "PRelu", [2, 3, 4, 5])
        let flatten = SideTensor(
            name: "flatten", operator: "Flatten", isOutput: false, values: prelu.values.reshaped(to: [2, 60]))
        reference = [
            conv, prelu, flatten, tensor("dense", "Gemm", [2, 16]), tensor("prob", "Softmax", [2, 2], isOutput: true),
        ]
    }

    private func other(_ change: (SideTensor) -> SideTensor?) -> [SideTensor] { reference.compactMap(change) }

    private func renamed(_ tensor: SideTensor, _ name: String, _ values: AnyTensor? = nil) -> SideTensor {
        SideTensor(
            name: name, operator: tensor.operator, isOutput: tensor.isOutput, values: values ?? tensor.values)
    }

    private func expectAligned(_ other: [SideTensor], _ alignment: Alignment, but missing: [String] = []) {
        let tensors = Dictionary(other.map { ($0.name, $0.values) }, uniquingKeysWith: { first, _ in first })
        let shapes = Dictionary(reference.map { ($0.name, $0.values.shape) }, uniquingKeysWith: { first, _ in first })
        let arranged = alignment.arranged(tensors, as: shapes)
        for tensor in reference where !missing.contains(tensor.name) {
            #expect(arranged[tensor.name] == tensor.values, "\(tensor.name)")
        }
        #expect(alignment.referenceAlone == missing)
        #expect(alignment.otherAlone == [])
    }

    @Test("Equal names and layouts are taken as they are, and nothing is told")
    func same() throws {
        let alignment = try Alignment(of: reference, to: reference)
        expectAligned(reference, alignment)
        #expect(alignment.lines(reference: "a", other: "b") == [])
    }

    @Test("Scopes, output numbers and second uses in names are seen through")
    func convertedNames() throws {
        let other = other { renamed($0, $0.name == "conv1" ? "conv1_1" : "onet/\($0.name):0") }
        let alignment = try Alignment(of: other, to: reference)
        expectAligned(other, alignment)
        #expect(alignment.matches.allSatisfy { $0.reason == .convertedName })
        #expect(alignment.lines(reference: "a", other: "b").first?.contains("conv1_1 is conv1") == true)
    }

    @Test("Tensors without a name in common are matched by place, or by shape and values where some are missing")
    func otherNames() throws {
        let other = other { renamed($0, "t\($0.name.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) % 9973 })") }
        expectAligned(other, try Alignment(of: other, to: reference))
        let fewer = Array(other.dropFirst())
        expectAligned(fewer, try Alignment(of: fewer, to: reference), but: ["conv1"])
    }

    @Test("Channels at the other end are put in order, in flattened vectors, too, and it is told")
    func channelsLast() throws {
        let other = other { tensor in
            switch tensor.name {
            case "flatten":
                renamed(
                    tensor, tensor.name,
                    reference[1].values.transposed([0, 2, 3, 1]).reshaped(to: [2, 60]))
            case _ where tensor.values.shape.rank == 4:
                renamed(tensor, tensor.name, tensor.values.transposed([0, 2, 3, 1]))
            default: tensor
            }
        }
        let alignment = try Alignment(of: other, to: reference, exchanges: false)
        expectAligned(other, alignment)
        let lines = alignment.lines(reference: "a", other: "b")
        #expect(lines.contains("b holds channels last, which is undone: conv1, prelu1"))
        #expect(lines.contains("b holds flattened from channels last, which is undone: flatten"))
    }

    @Test("Rows and columns are exchanged where the inputs show that, and never where they do not")
    func rowsAndColumns() throws {
        var random = RandomNumbers(seed: 5)
        let square = SideTensor(
            name: "map", operator: "Conv", isOutput: true, values: .float32(random.floats([1, 2, 6, 6], in: -1...1)))
        let turned = renamed(square, "map", square.values.transposed([0, 1, 3, 2]))
        let undone = try Alignment(of: [turned], to: [square], exchanges: true)
        #expect(undone.arranged(["map": turned.values], as: ["map": [1, 2, 6, 6]])["map"] == square.values)
        let kept = try Alignment(of: [turned], to: [square], exchanges: false)
        #expect(kept.arranged(["map": turned.values], as: ["map": [1, 2, 6, 6]])["map"] == turned.values)
    }

    @Test("Vectors flattened from channels last are put in order in place of maps of one pixel, too")
    func flattenedMaps() throws {
        let maps = reference.map { tensor in
            tensor.name == "flatten" ? renamed(tensor, "flatten", tensor.values.reshaped(to: [2, 60, 1, 1])) : tensor
        }
        let other = other { tensor in
            switch tensor.name {
            case "flatten":
                renamed(tensor, tensor.name, reference[1].values.transposed([0, 2, 3, 1]).reshaped(to: [2, 60]))
            case _ where tensor.values.shape.rank == 4:
                renamed(tensor, tensor.name, tensor.values.transposed([0, 2, 3, 1]))
            default: tensor
            }
        }
        let alignment = try Alignment(of: other, to: maps, exchanges: false)
        let tensors = Dictionary(other.map { ($0.name, $0.values) }, uniquingKeysWith: { first, _ in first })
        let arranged = alignment.arranged(tensors, as: ["flatten": [2, 60, 1, 1]])
        #expect(arranged["flatten"] == maps[2].values)
    }

    @Test("Where the inputs exchange rows and columns, a side may have turned its images itself")
    func turnedInside() throws {
        var random = RandomNumbers(seed: 6)
        let square = SideTensor(
            name: "map", operator: "Conv", isOutput: true, values: .float32(random.floats([1, 2, 6, 6], in: -1...1)))
        let alignment = try Alignment(of: [square], to: [square], exchanges: true)
        #expect(alignment.arranged(["map": square.values], as: ["map": [1, 2, 6, 6]])["map"] == square.values)
    }

    @Test("An output before the softmax is what goes into the other side's, on either side, and it is told")
    func logits() throws {
        let scores = AnyTensor.float32(Tensor([1, 2], [3, -1]))
        let probabilities = AnyTensor.float32(Tensor([1, 2], [0.982, 0.018]))
        let whole = [
            SideTensor(name: "scores", operator: "Add", isOutput: false, values: scores),
            SideTensor(name: "p", operator: "Softmax", isOutput: true, values: probabilities, logits: "scores"),
        ]
        let short = [SideTensor(name: "logits", operator: "linear", isOutput: true, values: scores)]
        let one = try Alignment(of: short, to: whole)
        #expect(one.matches.map(\.reference) == ["scores"] && one.leftSoftmaxes == ["p"] && one.referenceAlone.isEmpty)
        let other = try Alignment(of: whole, to: short)
        #expect(other.matches.map(\.other) == ["scores"] && other.leftSoftmaxes == ["p"] && other.otherAlone.isEmpty)
        #expect(one.lines(reference: "a", other: "b").contains { $0.contains("before the softmax that gives p") })
        // What is nearer to the probabilities is them.
        let same = [SideTensor(name: "q", operator: "", isOutput: true, values: probabilities)]
        #expect(try Alignment(of: same, to: whole).matches.map(\.reference) == ["p"])
    }

    @Test("Axes of extent 1 come and go")
    func extentsOfOne() throws {
        let other = other { tensor in
            let extents = tensor.values.shape.dimensions
            return tensor.values.shape.rank == 2
                ? renamed(tensor, tensor.name, tensor.values.reshaped(to: Shape(extents + [1, 1]))) : tensor
        }
        expectAligned(other, try Alignment(of: other, to: reference))
    }

    @Test("What one side lacks is named, and everything else is matched")
    func missing() throws {
        let fused = other { $0.name == "conv1" ? nil : $0 }
        expectAligned(fused, try Alignment(of: fused, to: reference), but: ["conv1"])
        let alignment = try Alignment(of: reference, to: fused)
        #expect(alignment.otherAlone == ["conv1"])
    }

    @Test("Outputs that could be one or the other are refused with both choices; a map decides")
    func ambiguous() throws {
        func output(_ name: String, _ value: Float) -> SideTensor {
            SideTensor(
                name: name, operator: "Add", isOutput: true, values: .float32(Tensor([2], [value, -value])))
        }
        let (mine, theirs) = ([output("a", 1), output("b", 2)], [output("c", 3), output("d", 4)])
        #expect(throws: AlignmentError.ambiguous("a", choices: ["c", "d"])) { try Alignment(of: theirs, to: mine) }
        let mapped = try Alignment(of: theirs, to: mine, map: ["a": "d"])
        #expect(mapped.matches.map(\.other) == ["d", "c"])
        #expect(throws: AlignmentError.unknownName("e")) { try Alignment(of: theirs, to: mine, map: ["e": "d"]) }
    }

    @Test("A tensor of zeros is matched by nothing but name and place")
    func zeros() throws {
        let zero = AnyTensor.float32(Tensor([4], repeating: 0))
        let mine = [SideTensor(name: "a", operator: "Add", isOutput: false, values: zero), reference[4]]
        let theirs = [SideTensor(name: "b", operator: "Mul", isOutput: false, values: zero), reference[4]]
        #expect(try Alignment(of: theirs, to: mine).referenceAlone == ["a"])
    }
}
