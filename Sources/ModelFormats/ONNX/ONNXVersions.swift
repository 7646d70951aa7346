/// The supported versions of ONNX, and what a file states about its own.
struct ONNXVersions {
    /// The version of the default operators.
    let opset: Int
    let ir: Int

    /// From the first version whose operators are supported here to the last that ONNX Runtime 1.32 supports.
    private static let opsets: ClosedRange<Int64> = 6...28
    /// The last known version: ONNX 1.22 writes 13.
    private static let latestIR: Int64 = 14

    /// - Throws: ``ModelError`` for an unsupported version, and if a file declares two.
    init(of model: ONNXModelProto, file: String) throws(ModelError) {
        let versions = model.opsetImport.filter { $0.domain.isEmpty || $0.domain == "ai.onnx" }.map(\.version)
        guard let version = versions.first else {
            throw .malformed(file: file, reason: "it does not say which version of the ONNX operators it uses")
        }
        if let other = versions.first(where: { $0 != version }) {
            throw .malformed(
                file: file, reason: "it uses ONNX operators of version \(version) and of version \(other); one is right"
            )
        }
        guard Self.opsets.contains(version) else {
            throw .unsupported(
                file: file,
                reason:
                    "it uses ONNX operators of version \(version); from \(Self.opsets.lowerBound) on are supported, "
                    + "to \(Self.opsets.upperBound)")
        }
        guard model.irVersion <= Self.latestIR else {
            throw .unsupported(
                file: file, reason: "it is of IR version \(model.irVersion); up to \(Self.latestIR) are supported")
        }
        opset = Int(version)
        ir = Int(clamping: model.irVersion)
    }
}
