import NetworkGraph
import Synchronization
import Tensors

/// A graph's constants with bounds on their errors, made once for all nodes, cases and arithmetics.
package final class BoundedConstants: Sendable {
    /// Which errors a constant may have.
    private struct Rounding: Hashable {
        let name: String
        let format: FloatFormat
        let mayFlushSubnormals: Bool
    }

    /// The constants as float64, keyed by name; integers and booleans as they are.
    package let tensors: [String: AnyTensor]
    private let given: [String: AnyTensor]
    /// The constants whose magnitudes are kept.
    private let isKept: Set<String>
    private let known = Mutex((magnitudes: [String: KeptMagnitudes](), operands: [Rounding: BoundedTensor]()))

    /// The most bytes of one magnitude of each constant: those of large networks are made each time.
    private static let mostBytes = 1 << 19

    package init(of graph: Graph) {
        given = graph.initializers
        tensors = given.mapValues { $0.elementType.floatFormat == nil ? $0 : .float64($0.float64) }
        var left = BoundedConstants.mostBytes
        var kept = Set<String>()
        for name in graph.nodes.flatMap(\.inputs) {
            guard let name, !kept.contains(name), let bytes = given[name]?.shape.count.saturatingProduct(8),
                bytes <= left
            else { continue }
            left -= bytes
            kept.insert(name)
        }
        isKept = kept
    }

    /// A constant as a bound sees it; nil if the graph has none of that name.
    package func operand(_ name: String, in bound: RoundingBound, mayFlushSubnormals: Bool) -> BoundedTensor? {
        guard let constant = tensors[name], let given = given[name] else { return nil }
        let rounding = Rounding(
            name: name, format: bound.formats.constants, mayFlushSubnormals: mayFlushSubnormals)
        if let known = known.withLock({ $0.operands[rounding] }) { return known }
        let error = bound.inputErrors(of: given, isConstant: true, mayFlushSubnormals: mayFlushSubnormals)
        guard isKept.contains(name) else { return BoundedTensor(constant, error: error) }
        let own = known.withLock { $0.magnitudes[name] } ?? KeptMagnitudes(constant.float64)
        let withError = error.map { error in
            KeptMagnitudes(magnitude: own.magnitude.zipMap(error) { $0 + $1 })
        }
        let operand = BoundedTensor(constant, error: error, own, withError: withError ?? own)
        known.withLock {
            $0.magnitudes[name] = own
            $0.operands[rounding] = operand
        }
        return operand
    }
}

/// The magnitudes of a constant, and the same packed as kernels read them.
final class KeptMagnitudes: Sendable {
    let magnitude: Tensor<Double>
    let packs = WeightPacks<Double>()

    init(magnitude: Tensor<Double>) { self.magnitude = magnitude }

    convenience init(_ values: Tensor<Double>) { self.init(magnitude: values.map(abs)) }
}
