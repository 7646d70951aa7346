extension ModelFormat {
    /// A Core ML package (.mlpackage): an ML Program, or a neural network, with its weights.
    public static let coreMLPackage = ModelFormat(
        name: "Core ML package", fileExtensions: ["mlpackage"],
        // A package's name may end with its precision.
        otherFileNames: { ["\($0)_fp32.mlpackage", "\($0)_fp16.mlpackage"] },
        recognition: .directory(holding: "Manifest.json"), isWritten: true,
        layout: .declared("the description, where it calls an input an image"),
        precision: .declared("the type of every tensor of the program"),
        read: { source throws(ModelError) in
            try Model.Contents(PackageFiles(source.path), name: source.name, path: source.path)
        })
}

extension Model.Contents {
    /// - Throws: ``ModelError``.
    init(_ files: PackageFiles, name: String, path: String) throws(ModelError) {
        let model = try CoreMLModel(files.model, file: path)
        if CoreMLNetwork.isKind(of: model) {
            let network = try CoreMLNetwork(model, name: name, file: path)
            self.init(bytes: files.model, provenance: network.provenance, graph: network.graph)
            return
        }
        let package = try CoreMLPackage(model, files, name: name, file: path)
        // The manifest's identifiers and paths do not affect the computation.
        self.init(
            bytes: files.model + (files.weights ?? []), provenance: package.provenance, graph: package.graph,
            floatTypes: package.floatTypes)
    }
}

extension CoreMLProvenance: ModelProvenance {
    package var words: String { "Core ML package, specification \(specificationVersion), operations of \(opset)" }

    /// What is compressed, the permitted input shapes, and the maker's notes.
    package var notes: [String] {
        var lines = compressed.map { constant in
            let form = constant.form.map { " (\($0))" } ?? ""
            return "compressed to \(constant.bits) bits\(form): \(constant.name)"
        }
        for (name, flexibility) in flexibility.sorted(by: { $0.key < $1.key }) {
            switch flexibility {
            case .range(let ranges):
                let words = ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
                lines.append("input \(name) takes a range: \(words.joined(separator: " x "))")
            case .enumerated(let shapes):
                let words = shapes.map { $0.map(String.init).joined(separator: "x") }
                lines.append("input \(name) takes \(shapes.count) shapes: \(words.joined(separator: ", "))")
            }
        }
        return lines + metadata.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    }
}
