// swift-tools-version: 6.1
import PackageDescription

/// Coverage-guided fuzzing with libFuzzer. A package of its own, since it is built with other flags than anything else.
let package = Package(
    name: "Fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "mtcnn-validate", path: "..")],
    targets: [
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "Tensors", "NetworkGraph", "ModelFormats", "Engines", "Captures", "Detection", "Conformance",
                "FaceConformance", "FuzzedModules",
            ].map { .product(name: $0, package: "mtcnn-validate") })
    ],
    swiftLanguageModes: [.v6]
)
