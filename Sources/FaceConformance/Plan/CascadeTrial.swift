import Conformance
import Detection
import Engines
import NetworkGraph

/// Finds faces with the face networks, each computed in its own way, and compares them with float32's.
struct CascadeTrial {
    private let images: [DecodedImage]
    private let minimumFaceSize: Int
    private let rules: CascadeRules
    private let float32: [CascadeNetwork: GraphFaceNetwork]
    private let records: [CascadeRecord]

    /// - Parameter graphs: of pnet, rnet and onet.
    /// - Throws: the errors of the engines and the cascade.
    init(
        graphs: [CascadeNetwork: Graph], images: [DecodedImage], minimumFaceSize: Int, rules: CascadeRules
    ) throws {
        self.images = images
        self.minimumFaceSize = minimumFaceSize
        self.rules = rules
        func network(_ network: CascadeNetwork) throws -> GraphFaceNetwork {
            guard let graph = graphs[network] else { throw ComparisonError.nothingInCommon("a network is missing") }
            return try GraphFaceNetwork(network, graph: graph, arithmetic: .fp32)
        }
        let networks = [try network(.proposal), try network(.refinement), try network(.output)]
        float32 = Dictionary(uniqueKeysWithValues: zip(CascadeNetwork.allCases, networks))
        let detector = FaceDetector(
            networks: FaceNetworks(proposal: networks[0], refinement: networks[1], output: networks[2]),
            rules: rules, minimumFaceSize: minimumFaceSize)
        records = try concurrentMap(images) { try detector.detect(in: $0) }
    }

    /// The multiply-adds of a network's nodes over all frames in float32's run, keyed by their first outputs.
    func multiplyAdds(of network: CascadeNetwork) throws -> [String: Int] {
        var work = [String: Int]()
        func add(count: Int, rows: Int, columns: Int) throws {
            guard count > 0, let engine = float32[network] else { return }
            work.merge(try engine.multiplyAdds(count: count, rows: rows, columns: columns), uniquingKeysWith: +)
        }
        for record in records {
            switch network {
            case .proposal:
                for level in record.levels { try add(count: 1, rows: level.scale.height, columns: level.scale.width) }
            case .refinement: try add(count: record[.refinementInput]?.count ?? 0, rows: 24, columns: 24)
            case .output: try add(count: record[.outputInput]?.count ?? 0, rows: 48, columns: 48)
            }
        }
        return work
    }

    /// How the faces found agree with float32's; nil if a network gives a non-finite number.
    ///
    /// - Parameter networks: pnet, rnet and onet.
    func metrics(_ networks: [any FaceNetwork]) throws -> DetectionMetrics? {
        let detector = FaceDetector(
            networks: FaceNetworks(proposal: networks[0], refinement: networks[1], output: networks[2]), rules: rules,
            minimumFaceSize: minimumFaceSize)
        var metrics = DetectionMetrics()
        do {
            let matchings = try concurrentMap(Array(images.enumerated())) { index, image in
                FaceMatching(file: "", expected: records[index].faces, found: try detector.detect(in: image).faces)
            }
            for matching in matchings { metrics.add(matching) }
        } catch CascadeError.notFinite {
            return nil
        }
        return metrics
    }
}
