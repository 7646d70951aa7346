import NetworkGraph

/// The types in which a package computes, and how it stores weights.
package struct PackageForm: Sendable {
    package var precision: CoreMLPackageContents.Precision
    /// The tensors whose nodes are computed in float32 whatever the precision; with any of them, the package's inputs
    /// and outputs are float32.
    package var float32Tensors: Set<String>
    package var weights: WeightStorage
    /// Whether to store weights of fewer bits as their expanded values, in the type that they are computed in: for
    /// comparison.
    package var expandsWeights = false

    package init(
        _ precision: CoreMLPackageContents.Precision, float32Tensors: Set<String> = [], weights: WeightStorage = .plain
    ) {
        self.precision = precision
        self.float32Tensors = float32Tensors
        self.weights = weights
    }

    var inputElement: ProgramElement { precision == .fp16 && float32Tensors.isEmpty ? .float16 : .float32 }

    /// The type in which a node is computed.
    package func isFloat16(_ node: Node) -> Bool {
        precision == .fp16 && !node.outputs.contains(where: float32Tensors.contains)
    }

    func element(of node: Node) -> ProgramElement { isFloat16(node) ? .float16 : .float32 }
}
