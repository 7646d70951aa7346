extension ModelFormat {
    /// An OpenFace .dat file.
    ///
    /// Its graph sums in the order of the ONNX models trained on transposed images
    /// (``OpenFaceModel/Orientation/columnMajor``), so that equal weights give float32 outputs with equal bits.
    public static let openFace = ModelFormat(
        name: "OpenFace .dat", fileExtensions: ["dat"],
        recognition: .file { bytes in
            // The number of layers and the first layer's kind, both small and little-endian.
            bytes.count >= 8 && bytes[0] > 0 && bytes[1..<4] == [0, 0, 0] && bytes[4] <= 4
                && bytes[5..<8] == [0, 0, 0]
        },
        isWritten: true, layout: .declared("the format: images are upright"),
        precision: .declared("the format: float32 throughout"),
        read: { source throws(ModelError) in
            do throws(OpenFaceError) {
                let network = try OpenFaceModel(source.bytes)
                return Model.Contents(
                    bytes: source.bytes, provenance: OpenFaceProvenance(layers: network.layers.count),
                    graph: try network.graph(.columnMajor, name: source.name))
            } catch {
                throw .badOpenFace(file: source.path, error)
            }
        })
}

/// What is known about a .dat file besides its layers.
package struct OpenFaceProvenance: ModelProvenance {
    /// The number of layers.
    package let layers: Int

    package var words: String { "OpenFace .dat, \(layers) layers" }
}
