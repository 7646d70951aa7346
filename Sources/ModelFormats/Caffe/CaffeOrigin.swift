import NetworkGraph

/// Caffe networks recognised by their weights, with their image layout, which a definition does not state.
enum CaffeOrigin: String, CaseIterable {
    case pnet
    case rnet
    case onet

    /// The hash of the weights, as in ``CaffeGraphBuilder/fingerprint``.
    var fingerprint: String {
        switch self {
        case .pnet: "798499d1f2961c7211473a888c459d1ee9f10effd6fcd86be30a07f7ff42ae9d"
        case .rnet: "4a27a66bbb1e2d8823cb0d9f486beaadfeff0eadeceb04250ac691b73b865498"
        case .onet: "3c32e78ef7f033b577f9fcb31aee0c44b485885fef297c7341c049311fb78bbf"
        }
    }

    /// The names of the authors' files, without the extension.
    static let fileNames = ["pnet": "det1", "rnet": "det2", "onet": "det3"]

    init?(fingerprint: String) {
        guard let origin = Self.allCases.first(where: { $0.fingerprint == fingerprint }) else { return nil }
        self = origin
    }

    var images: ImageDeclaration {
        ImageDeclaration(
            spatialOrder: .columnsFirst,
            reason: "the weights are those of MTCNN's authors (github kpzhang93/MTCNN_face_detection_alignment), "
                + "trained on images as MATLAB holds them, columns first")
    }
}
