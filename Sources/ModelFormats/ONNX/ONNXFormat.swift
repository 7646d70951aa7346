extension ModelFormat {
    /// ONNX in binary form, and the files beside it with its larger tensors.
    public static let onnx = ModelFormat(
        name: "ONNX", fileExtensions: ["onnx"],
        recognition: .file { bytes in
            // The IR version, then strings, the graph (7) and the operators' versions (8).
            let fields = ProtobufFields(bytes).fields
            let numbers = Set(fields.map(\.number))
            return fields.first?.isVarint == true && numbers.contains(1) && !numbers.isDisjoint(with: [7, 8])
        },
        layout: .declared("nothing in the file; the inputs' shapes, and --layout, tell it where a task needs it"),
        precision: .declared("the types of the tensors and the quantising operators"),
        read: { source throws(ModelError) in
            let file = try ONNXFile(source.bytes, file: source.path, folder: source.folder)
            return Model.Contents(
                bytes: file.externalData.reduce(source.bytes, +), provenance: file.provenance, graph: file.graph)
        })
}

extension ONNXProvenance: ModelProvenance {
    package var words: String {
        "ONNX, operators of version \(opset), IR version \(irVersion), written by \(producer)"
    }
}
