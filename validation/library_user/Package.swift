// swift-tools-version: 6.1
import PackageDescription

/// A program that uses the library as others do: `swift run --package-path validation/library_user`. A package of its
/// own, so that it compiles only if the public API is enough.
let package = Package(
    name: "library-user",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "mtcnn-validate", path: "../..")],
    targets: [
        .executableTarget(
            name: "library-user",
            dependencies: [
                "Tensors", "NetworkGraph", "ModelFormats", "Engines", "Captures", "Detection", "Conformance",
                "FaceConformance",
            ].map { .product(name: $0, package: "mtcnn-validate") },
            path: "Sources")
    ],
    swiftLanguageModes: [.v6]
)
