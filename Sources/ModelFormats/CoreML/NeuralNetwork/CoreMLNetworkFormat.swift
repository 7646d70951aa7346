extension ModelFormat {
    /// A neural network of layers (.mlmodel): Core ML's form before programs.
    public static let coreMLNetwork = ModelFormat(
        name: "Core ML neural network", fileExtensions: ["mlmodel"],
        recognition: .file { bytes in
            // The specification version, a description, and the model, whose kind is a field number from 200 on.
            let fields = ProtobufFields(bytes).fields
            return fields.first?.isVarint == true && fields.contains { $0.number == 1 }
                && fields.contains { (200...3000).contains($0.number) }
        },
        layout: .declared("the description, where it calls an input an image"),
        precision: .declared("the form in which the layers' weights are stored"),
        read: { source throws(ModelError) in
            let network = try CoreMLNetwork(
                CoreMLModel(source.bytes, file: source.path), name: source.name, file: source.path)
            return Model.Contents(bytes: source.bytes, provenance: network.provenance, graph: network.graph)
        })
}

extension CoreMLNetworkProvenance: ModelProvenance {
    package var words: String { "Core ML neural network, specification \(specificationVersion), \(layers) layers" }

    /// What is compressed, and the maker's notes.
    package var notes: [String] {
        compressed.map { "compressed to \($0.bits) bits: \($0.name)" }
            + metadata.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    }
}
