import NetworkGraph
import Tensors
import VectorKernels

extension BlockedPlan {
    /// Places the tensors of planned steps in memory.
    ///
    /// - Parameter constants: the tensors that are there before the first step.
    init(
        _ planner: BlockedPlanner, constants: [String: Value<Float>], engine: OperatorEngine<Float32Arithmetic>
    ) {
        let places = MapPlaces(planner)
        let lastReads = Self.lastReads(planner.steps, keeping: planner.graph)
        var steps = [any BlockedStep]()
        var scratch = 0
        for (place, planned) in planner.steps.enumerated() {
            for tensor in places.cleared[place] ?? [] {
                steps.append(ClearBorder(buffer: places.buffers[tensor] ?? 0, layout: places.layout(tensor)))
            }
            steps += planned.placed(places, planner, engine, &scratch)
            if let tensors = lastReads[place] { steps.append(Forget(tensors: tensors)) }
        }
        self.steps = steps
        self.constants = constants
        bufferCounts = places.bufferCounts
        scratchCount = scratch
        work = planner.work
    }

    /// The tensors that are not laid out in blocks, by the last step that reads them.
    private static func lastReads(_ steps: [PlannedStep], keeping graph: Graph) -> [Int: [String]] {
        var seen = Set(graph.outputs).union(graph.initializers.keys)
        var last = [Int: [String]]()
        for (place, step) in steps.enumerated().reversed() {
            let new = step.values.filter { seen.insert($0).inserted }
            if !new.isEmpty { last[place] = new }
        }
        return last
    }
}

extension PlannedStep {
    fileprivate func placed(
        _ places: MapPlaces, _ planner: BlockedPlanner, _ engine: OperatorEngine<Float32Arithmetic>,
        _ scratch: inout Int
    ) -> [any BlockedStep] {
        switch self {
        case .blocksFromPlanes(let tensor): return [BlocksFromPlanes(tensor: tensor, map: places.map(tensor))]
        case .planesFromBlocks(let tensor): return [PlanesFromBlocks(map: places.map(tensor), tensor: tensor)]
        case .convolution(let convolution): return [convolution.placed(places, &scratch)]
        case .pool(let x, let y, let window, let divisors):
            return [PoolStep(x: places.map(x), y: places.map(y), window: window, divisors: divisors)]
        case .planeMean(let x, let y):
            scratch = max(scratch, PlaneMeanStep.scratchCount)
            return [PlaneMeanStep(x: places.map(x), y: places.map(y))]
        case .resize(let x, let y, let resize, let axes):
            let taps = axes.map { axis in
                axis.isIdentity ? nil : (0..<axis.outputExtent).map { resize.taps(of: $0, along: axis) }
            }
            let x = places.map(x)
            scratch = max(scratch, x.columns * channelsPerBlock)
            return [ResizeStep(x: x, y: places.map(y), rowTaps: taps[0], columnTaps: taps[1])]
        case .elements(let program):
            let y = places.map(program.result)
            return [ElementStep(y: y, program: program.placed(places, channels: y.channels, &scratch))]
        case .concat(let parts, let y):
            let target = places.map(y)
            var channel = 0
            var steps = [any BlockedStep]()
            for part in parts {
                let source = places.map(part)
                let isThere =
                    source.buffer == target.buffer
                    && source.firstBlock * channelsPerBlock == target.firstBlock * channelsPerBlock + channel
                    && places.lies(part, in: y)
                if !isThere {
                    steps.append(
                        CopyChannels(source: source, from: 0, count: source.channels, target: target, to: channel))
                }
                channel += source.channels
            }
            return steps
        case .slice(let x, let from, let y):
            if places.lies(y, in: x) { return [] }
            let target = places.map(y)
            return [CopyChannels(source: places.map(x), from: from, count: target.channels, target: target, to: 0)]
        case .dense(let node, let weights, let addends):
            let (columns, inner) = (weights.shape[0], weights.shape[1])
            return [
                DenseStep(
                    tensor: node.inputs[0] ?? "", output: node.outputs[0],
                    shape: planner.types[node.outputs[0]]?.shape ?? [],
                    packedWeights: AlignedNumbers(
                        Float.packed(
                            weights.elements, steps: (inner, 1), channels: columns, taps: inner)),
                    inner: inner, columns: columns, addends: addends)
            ]
        case .gather(let node, let moved, let sources):
            return [
                GatherStep(
                    moved: moved, sources: sources, output: node.outputs[0],
                    shape: planner.types[node.outputs[0]]?.shape ?? [])
            ]
        case .defined(let node): return [DefinedStep(node: node, engine: engine)]
        case .observe(let node): return [Observe(node: node)]
        }
    }
}

extension PlannedConvolution {
    fileprivate func placed(_ places: MapPlaces, _ scratch: inout Int) -> any BlockedStep {
        let (x, y) = (places.map(self.x), places.map(program.result))
        let program = program.placed(places, channels: y.channels, &scratch)
        /// - Parameter first: the layer's first channel among those of y.
        func packed(_ layer: FusedLayer, from first: Int = 0) -> PackedLayer {
            var layer = layer
            if case .constant(let slopes)? = slopes {
                layer.slopes =
                    slopes.count == 1
                    ? [Float](repeating: slopes[0], count: layer.channelCount)
                    : Array(slopes[first..<first + layer.channelCount])
            }
            return PackedLayer(layer, form: .fused, roundsToFloat16: false)
        }
        func taps(channels: Int) -> [Int] {
            let kernel = window.isEmpty ? [(1, 1), (1, 1)] : window.map { ($0.kernel, $0.dilation) }
            return (0..<channels).flatMap { channel in
                let start = channel / channelsPerBlock * x.blockStride + channel % channelsPerBlock
                return (0..<kernel[0].0).flatMap { row in
                    (0..<kernel[1].0).map { column in
                        start + row * kernel[0].1 * x.rowStride + column * kernel[1].1 * x.pixelStride
                    }
                }
            }
        }
        switch kind {
        case .grouped(let layers):
            return ConvolutionStep(
                x: x, y: y, layers: layers.enumerated().map { packed($1, from: $0 * $1.channelCount) }, window: window,
                taps: taps(channels: x.channels / layers.count),
                summand: summand.map(places.map), limits: limits, program: program)
        case .depthwise(let layer):
            return DepthwiseStep(
                x: x, y: y, layer: packed(layer), window: window, taps: taps(channels: 1), limits: limits,
                program: program)
        case .transposed(let layers, let stride):
            return TransposedConvolutionStep(
                x: x, y: y, layers: layers.map { packed($0) }, stride: stride, taps: taps(channels: x.channels),
                limits: limits, program: program)
        }
    }
}

extension PlannedProgram {
    fileprivate func placed(_ places: MapPlaces, channels: Int, _ scratch: inout Int) -> ElementProgram {
        scratch = max(scratch, steps.count * ElementProgram.runLength * channelsPerBlock)
        func placed(_ operand: Operand) -> ElementProgram.Operand {
            switch operand {
            case .own: return .own
            case .result(let step): return .result(step)
            case .map(let name): return .map(places.map(name))
            case .pixel(let name): return .pixel(places.map(name))
            case .constant(let numbers): return constants([numbers])
            case .constants(let lists): return constants(lists)
            }
        }
        func constants(_ lists: [[Float]]) -> ElementProgram.Operand {
            let count = blocks(of: channels) * channelsPerBlock
            let all = lists.map { numbers in
                numbers.count == 1
                    ? [Float](repeating: numbers[0], count: count)
                    : numbers + [Float](repeating: 0, count: count - numbers.count)
            }
            let inBlocks = stride(from: 0, to: count, by: channelsPerBlock).flatMap { first in
                all.flatMap { $0[first..<first + channelsPerBlock] }
            }
            return .constants(AlignedNumbers(inBlocks), perChannel: lists.count)
        }
        return ElementProgram(
            steps: steps.map { step in
                ElementProgram.Step(
                    function: step.function, a: placed(step.a), b: step.b.map(placed), limits: step.limits,
                    alpha: step.alpha, beta: step.beta)
            })
    }
}
