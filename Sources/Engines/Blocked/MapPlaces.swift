import NetworkGraph
import Tensors

/// Where the tensors of planned steps lie: which share a buffer, the borders around them, and the buffers' memory.
struct MapPlaces {
    private let extents: [String: [Int]]
    /// The tensor among whose channels another one lies, and from which of its blocks on.
    private var homes = [String: (tensor: String, firstBlock: Int)]()
    /// Tensors that must have equal borders, as a forest.
    private var parents = [String: String]()
    private var borders = [String: MapBorder]()
    /// Tensors of 3 channels that only convolutions read.
    private var images = Set<String>()
    /// For each tensor with a buffer of its own, that buffer's place.
    private(set) var buffers = [String: Int]()
    private(set) var bufferCounts = [Int]()
    /// The tensors whose border must be cleared before a step, because their buffer held others before.
    private(set) var cleared = [Int: [String]]()

    init(_ planner: BlockedPlanner) {
        var extents = [String: [Int]]()
        for step in planner.steps {
            for tensor in step.maps + (step.result.map { [$0] } ?? []) { extents[tensor] = planner.extents(tensor) }
        }
        self.extents = extents
        chooseImages(planner.steps)
        chooseHomes(planner.steps)
        joinBorders(planner.steps)
        chooseBuffers(planner.steps)
    }

    func map(_ tensor: String) -> BlockedMap {
        let (root, firstBlock) = root(tensor)
        let own = extents[tensor] ?? [0, 0, 0, 0]
        return BlockedMap(
            buffer: buffers[root] ?? 0, firstBlock: firstBlock, images: own[0], channels: own[1], rows: own[2],
            columns: own[3], layout: layout(root))
    }

    func layout(_ root: String) -> BlockedLayout {
        let own = extents[root] ?? [0, 0, 0, 0]
        return BlockedLayout(
            images: own[0], blocks: blocks(of: own[1]), rows: own[2], columns: own[3],
            border: borders[representative(root)] ?? .none,
            lanes: images.contains(root) ? imageChannels : channelsPerBlock)
    }

    /// Whether a tensor lies among the channels of another one.
    func lies(_ tensor: String, in other: String) -> Bool { homes[tensor]?.tensor == other }

    private func root(_ tensor: String) -> (String, Int) {
        var (root, block) = (tensor, 0)
        while let home = homes[root] {
            block += home.firstBlock
            root = home.tensor
        }
        return (root, block)
    }

    // MARK: - Images

    private mutating func chooseImages(_ steps: [PlannedStep]) {
        for case .blocksFromPlanes(let tensor) in steps where extents[tensor]?[1] == imageChannels {
            images.insert(tensor)
        }
        for step in steps {
            var others = step.maps
            if case .convolution(let convolution) = step, case .grouped = convolution.kind {
                others.removeFirst()
            }
            images.subtract(others)
        }
    }

    // MARK: - Concatenations and parts

    private mutating func chooseHomes(_ steps: [PlannedStep]) {
        var parts = Set<String>()
        for case .slice(let x, let from, let y) in steps {
            parts.insert(y)
            if from % channelsPerBlock == 0 { homes[y] = (x, from / channelsPerBlock) }
        }
        for case .concat(let members, let y) in steps.reversed() {
            var channel = 0
            for (place, member) in members.enumerated() {
                let count = extents[member]?[1] ?? 0
                let isLast = place == members.count - 1
                if channel % channelsPerBlock == 0, count % channelsPerBlock == 0 || isLast, homes[member] == nil,
                    !parts.contains(member), !members.prefix(place).contains(member)
                {
                    homes[member] = (y, channel / channelsPerBlock)
                }
                channel += count
            }
        }
    }

    // MARK: - Borders

    private func representative(_ tensor: String) -> String {
        var tensor = tensor
        while let parent = parents[tensor] { tensor = parent }
        return tensor
    }

    private mutating func join(_ one: String, _ other: String) {
        let (first, second) = (representative(one), representative(other))
        if first != second { parents[first] = second }
    }

    private mutating func joinBorders(_ steps: [PlannedStep]) {
        for (tensor, home) in homes.sorted(by: { $0.key < $1.key }) { join(tensor, home.tensor) }
        for case .convolution(let convolution) in steps {
            if let summand = convolution.summand { join(summand, convolution.program.result) }
        }
        for case .convolution(let convolution) in steps where !convolution.window.isEmpty {
            let (rows, columns) = (convolution.window[0], convolution.window[1])
            func after(_ axis: SlidingWindow.Axis) -> Int {
                max(axis.paddedExtent - axis.inputExtent - axis.paddingBefore, 0)
            }
            borders[representative(convolution.x), default: .none].grow(
                to: MapBorder(
                    top: rows.paddingBefore, left: columns.paddingBefore, bottom: after(rows), right: after(columns)))
        }
    }

    // MARK: - Memory

    /// Gives each tensor that no other one holds a buffer; buffers whose tensors are not needed at the same time are
    /// one.
    private mutating func chooseBuffers(_ steps: [PlannedStep]) {
        var lives = [String: ClosedRange<Int>]()
        for (place, step) in steps.enumerated() {
            for tensor in step.maps + (step.result.map { [$0] } ?? []) {
                let (root, _) = root(tensor)
                lives[root] = (lives[root]?.lowerBound ?? place)...place
            }
        }
        var free = [(buffer: Int, until: Int)]()
        let order = lives.sorted { ($0.value.lowerBound, $0.key) < ($1.value.lowerBound, $1.key) }
        var holders = [Int: [String]]()
        for (tensor, life) in order {
            let count = layout(tensor).count
            let idle = free.indices.filter { free[$0].until < life.lowerBound }
            // The smallest that is large enough, else the largest.
            let fitting = idle.filter { bufferCounts[free[$0].buffer] >= count }
            let chosen =
                fitting.min { bufferCounts[free[$0].buffer] < bufferCounts[free[$1].buffer] }
                ?? idle.max { bufferCounts[free[$0].buffer] < bufferCounts[free[$1].buffer] }
            let buffer: Int
            if let chosen {
                buffer = free[chosen].buffer
                free[chosen].until = life.upperBound
                bufferCounts[buffer] = max(bufferCounts[buffer], count)
            } else {
                buffer = bufferCounts.count
                bufferCounts.append(count)
                free.append((buffer, life.upperBound))
            }
            buffers[tensor] = buffer
            holders[buffer, default: []].append(tensor)
        }
        for tensors in holders.values where tensors.count > 1 {
            for tensor in tensors where layout(tensor).border != .none {
                cleared[lives[tensor]?.lowerBound ?? 0, default: []].append(tensor)
            }
        }
        cleared = cleared.mapValues { $0.sorted() }
    }
}
