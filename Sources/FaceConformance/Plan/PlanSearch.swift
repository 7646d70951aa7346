import Conformance

/// Searches for a small choice of float32 layers that meets requirements, and runs every choice that it considers.
struct PlanSearch {
    private(set) var trial: PlanTrial
    let requirements: [PlanRequirement]

    init(trial: PlanTrial, requirements: [PlanRequirement]) {
        self.trial = trial
        self.requirements = requirements
    }

    mutating func measure(_ layers: Set<Int>) throws -> PlanMeasurement {
        try trial.measure(float32Layers: layers)
    }

    func holds(_ measurement: PlanMeasurement) -> Bool {
        requirements.allSatisfy { $0.holds(for: measurement) }
    }

    /// The cost of a choice; less is better.
    struct Cost: Comparable {
        let multiplyAdds: Int
        let layers: Int

        static func < (first: Cost, second: Cost) -> Bool {
            (first.multiplyAdds, first.layers) < (second.multiplyAdds, second.layers)
        }
    }

    func cost(of layers: Set<Int>) -> Cost {
        Cost(multiplyAdds: layers.reduce(0) { $0 + trial.multiplyAdds[$1] }, layers: layers.count)
    }

    /// - Precondition: float32 in all layers meets the requirements.
    mutating func smallest(_ progress: (String) -> Void) throws -> Set<Int> {
        let everything = trial.allLayers
        let layers = everything.sorted()
        let byCost = layers.sorted { trial.multiplyAdds[$0] > trial.multiplyAdds[$1] }
        progress("how sensitive each layer is")
        let losses = try layers.map { try shortfall(of: everything.subtracting([$0])) }
        let gains = try layers.map { try shortfall(of: [$0]) }
        let bySensitivity = byCost.sorted { losses[$0] < losses[$1] }
        let byGain = byCost.reversed().sorted { gains[$0] < gains[$1] }

        progress("leaving out the most expensive layers")
        var best = try reduced(everything, inOrder: byCost)
        progress("leaving out the least sensitive layers")
        let gentle = try reduced(everything, inOrder: bySensitivity)
        if cost(of: gentle) < cost(of: best) { best = gentle }
        progress("adding the layers that help most")
        var grown = Set<Int>()
        for layer in byGain where !holds(try measure(grown)) { grown.insert(layer) }
        if holds(try measure(grown)) {
            grown = try reduced(grown, inOrder: byCost)
            if cost(of: grown) < cost(of: best) { best = grown }
        }
        while let better = try exchanged(best, inOrder: byCost, progress) { best = better }
        return best
    }

    /// The same choice without layers that the requirements do not need: no remaining one can be left out.
    private mutating func reduced(_ layers: Set<Int>, inOrder order: [Int]) throws -> Set<Int> {
        var kept = layers
        var previous = -1
        while kept.count != previous {
            previous = kept.count
            for layer in order where kept.contains(layer) {
                let rest = kept.subtracting([layer])
                if holds(try measure(rest)) { kept = rest }
            }
        }
        return kept
    }

    /// A cheaper choice: one layer replaced by a cheaper one, then reduced; nil if there is none.
    private mutating func exchanged(
        _ layers: Set<Int>, inOrder order: [Int], _ progress: (String) -> Void
    ) throws -> Set<Int>? {
        for layer in order where layers.contains(layer) {
            progress("replacing \(trial.layers[layer].name)")
            for other in order.reversed() where !layers.contains(other) {
                guard trial.multiplyAdds[other] < trial.multiplyAdds[layer] else { break }
                let choice = layers.subtracting([layer]).union([other])
                if holds(try measure(choice)) { return try reduced(choice, inOrder: order) }
            }
        }
        return nil
    }

    private mutating func shortfall(of layers: Set<Int>) throws -> Double {
        let measurement = try measure(layers)
        return requirements.reduce(0) { $0 + $1.shortfall(of: measurement) }
    }
}
