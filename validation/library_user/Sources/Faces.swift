import Detection
import Engines
import FaceConformance
import Foundation
import ModelFormats

/// Finds faces by two detectors' rules, and compares the lists.
func judgeFaces(_ fixtures: String) throws -> Bool {
    let networks = try FaceNetworks(arithmetic: .fp32) { try Model(named: $0.modelName, in: "\(fixtures)/models") }
    let file = "01_astronaut_close.jpg"
    let image = try DecodedImage(contentsOf: URL(fileURLWithPath: "\(fixtures)/frames/\(file)"))
    let (openFace, classic) = (DetectorFamily.openFace.rules, DetectorFamily.classic.rules)
    let (expected, found) = (
        try FaceDetector(networks: networks, rules: openFace, minimumFaceSize: 150).detect(in: image).faces,
        try FaceDetector(networks: networks, rules: classic, minimumFaceSize: 150).detect(in: image).faces
    )
    var metrics = DetectionMetrics()
    metrics.add(FaceMatching(file: file, expected: expected, found: found))
    print(
        "\(file): OpenFace's rules find \(expected.count), the classic ones \(found.count), "
            + "\(metrics.matchedFaces) in common")
    return metrics.agreement == 1
}
