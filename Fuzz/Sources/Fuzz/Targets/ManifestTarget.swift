@testable import Files
import Foundation
@testable import ModelFormats

extension FuzzTarget {
    /// Any bytes as a package's manifest. The package lies in a directory of its own, beside a file that no manifest
    /// may reach.
    static let manifest = FuzzTarget("manifest") { bytes in
        let package = try ManifestPackage.directory.get()
        try Data(bytes).write(to: URL(fileURLWithPath: "\(package)/Manifest.json"))
        let files = try PackageFiles(package)
        require(
            files.model != ManifestPackage.secret && files.weights != ManifestPackage.secret,
            "a manifest stays within its package")
    }
}

private enum ManifestPackage {
    static let secret = Array("outside".utf8)

    static let directory = Result {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("fuzz-\(getpid())")
        let model = place.appendingPathComponent("p.mlpackage/Data/com.apple.CoreML")
        try FileManager.default.createDirectory(
            at: model.appendingPathComponent("weights"), withIntermediateDirectories: true)
        try Data("model".utf8).write(to: model.appendingPathComponent("model.mlmodel"))
        try Data("weights".utf8).write(to: model.appendingPathComponent("weights/weight.bin"))
        try Data(secret).write(to: place.appendingPathComponent("secret"))
        try Data(secret).write(to: place.appendingPathComponent("p.mlpackage/secret"))
        return place.appendingPathComponent("p.mlpackage").path
    }
}
