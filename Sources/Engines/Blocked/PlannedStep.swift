import NetworkGraph
import Tensors
import VectorKernels

/// A step before places in memory are known: tensors are named.
enum PlannedStep {
    case blocksFromPlanes(String)
    case planesFromBlocks(String)
    case convolution(PlannedConvolution)
    case pool(x: String, y: String, window: [SlidingWindow.Axis], divisors: [Float])
    case planeMean(x: String, y: String)
    case resize(x: String, y: String, Resize, [Resize.Axis])
    case elements(PlannedProgram)
    case concat([String], y: String)
    /// Channels of x from the given one on.
    case slice(x: String, from: Int, y: String)
    case dense(node: Node, weights: Tensor<Float>, addends: [Float])
    /// Elements moved to other places: for each one, its place among the inputs' elements, or -1 for 0.
    case gather(node: Node, moved: [String], sources: [Int32])
    case defined(Node)
    case observe(Node)

    /// The tensors that it reads in blocks.
    var maps: [String] {
        switch self {
        case .blocksFromPlanes, .dense, .gather, .defined, .observe: []
        case .planesFromBlocks(let x), .planeMean(let x, _), .resize(let x, _, _, _), .slice(let x, _, _): [x]
        case .pool(let x, _, _, _): [x]
        case .convolution(let convolution):
            [convolution.x] + (convolution.summand.map { [$0] } ?? []) + convolution.program.maps
        case .elements(let program): program.maps
        case .concat(let parts, _): parts
        }
    }

    /// The tensor that it writes in blocks.
    var result: String? {
        switch self {
        case .planesFromBlocks, .dense, .gather, .defined, .observe: nil
        case .blocksFromPlanes(let y), .planeMean(_, let y), .resize(_, let y, _, _), .slice(_, _, let y): y
        case .pool(_, let y, _, _), .concat(_, let y): y
        case .convolution(let convolution): convolution.program.result
        case .elements(let program): program.result
        }
    }

    /// The tensors that it reads as they are.
    var values: [String] {
        switch self {
        case .blocksFromPlanes(let tensor): [tensor]
        case .observe(let node): node.outputs
        case .dense(let node, _, _): [node.inputs[0] ?? ""]
        case .gather(_, let moved, _): moved
        case .defined(let node): node.inputs.compactMap { $0 }
        default: []
        }
    }
}

/// A convolution of any kind, followed by functions of its sums.
struct PlannedConvolution {
    enum Kind {
        case grouped([FusedLayer])
        case depthwise(FusedLayer)
        /// A layer for each kernel position.
        case transposed([FusedLayer], stride: [Int])
    }

    let kind: Kind
    let x: String
    let window: [SlidingWindow.Axis]
    /// Added to the sums by their kernel.
    private(set) var summand: String?
    private(set) var slopes: PlannedProgram.Operand?
    /// Nil where there are slopes.
    private(set) var limits: ClosedRange<Float>? = -Float.infinity...Float.infinity
    var program: PlannedProgram

    init(kind: Kind, x: String, window: [SlidingWindow.Axis], result: String) {
        self.kind = kind
        self.x = x
        self.window = window
        program = PlannedProgram(steps: [], result: result)
    }

    /// Leaves the first functions to the kernel of the sums, as far as it has them: a summand, then slopes or limits.
    mutating func absorbFunctions() {
        if case .grouped = kind, let step = program.first, step.function == .kernel(.add),
            let other = step.operandBesideOwn, case .map(let name) = other
        {
            summand = name
            program.removeFirst()
        }
        if let step = program.first, step.function == .kernel(.prelu), case .own = step.a, let b = step.b,
            case .constant = b
        {
            slopes = b
            limits = nil
            program.removeFirst()
        } else if let step = program.first, step.function == .kernel(.limit) {
            limits = step.limits
            program.removeFirst()
        }
    }
}

/// Functions of single numbers, whose last one gives `result`.
struct PlannedProgram {
    enum Operand {
        case own
        case result(Int)
        case map(String)
        case pixel(String)
        /// One number, or one for each channel.
        case constant([Float])
        /// Some numbers for each channel, for a function that takes them.
        case constants([[Float]])
    }

    struct Step {
        let function: ElementFunction
        var a: Operand
        var b: Operand?
        var limits = -Float.infinity...Float.infinity
        var alpha: Float = 0
        var beta: Float = 0

        /// The other operand of a function of two, one of which is the program's own numbers.
        var operandBesideOwn: Operand? {
            guard let b else { return nil }
            if case .own = a { return b }
            if case .own = b { return a }
            return nil
        }

        fileprivate var readsOwn: Bool {
            if case .own = a { return true }
            if case .own? = b { return true }
            return false
        }
    }

    var steps: [Step]
    var result: String

    /// The first step, if no other reads the program's own numbers.
    fileprivate var first: Step? {
        guard let first = steps.first, first.readsOwn, !steps.dropFirst().contains(where: \.readsOwn) else {
            return nil
        }
        return first
    }

    /// Leaves out the first step: its result is now the program's own numbers.
    fileprivate mutating func removeFirst() {
        func moved(_ operand: Operand) -> Operand {
            guard case .result(let step) = operand else { return operand }
            return step == 0 ? .own : .result(step - 1)
        }
        steps.removeFirst()
        for place in steps.indices {
            steps[place].a = moved(steps[place].a)
            steps[place].b = steps[place].b.map(moved)
        }
    }

    var maps: [String] {
        steps.flatMap { step in
            [step.a, step.b].compactMap { operand in
                switch operand {
                case .map(let name), .pixel(let name): name
                default: nil
                }
            }
        }
    }
}
