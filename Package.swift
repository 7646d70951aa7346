// swift-tools-version: 6.1
import PackageDescription

/// The modules in the order in which data flows; each imports only modules named before it.
let package = Package(
    name: "mtcnn-validate",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "mtcnn-validate", targets: ["mtcnn-validate"]),
        .library(name: "Tensors", targets: ["Tensors"]),
        .library(name: "NetworkGraph", targets: ["NetworkGraph"]),
        .library(name: "ModelFormats", targets: ["ModelFormats"]),
        .library(name: "Engines", targets: ["Engines"]),
        .library(name: "Captures", targets: ["Captures"]),
        .library(name: "Detection", targets: ["Detection"]),
        .library(name: "Conformance", targets: ["Conformance"]),
        .library(name: "FaceConformance", targets: ["FaceConformance"]),
        // For Fuzz/, which is a package of its own. These modules have no public API.
        .library(name: "FuzzedModules", targets: ["OutsideEngines", "Reporting"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
    ],
    targets: [
        // MARK: System libraries
        .systemLibrary(
            name: "CHDF5", pkgConfig: "hdf5",
            providers: [.apt(["libhdf5-dev"]), .brew(["hdf5"])]),
        .systemLibrary(
            name: "CJSONC", pkgConfig: "json-c",
            providers: [.apt(["libjson-c-dev"]), .brew(["json-c"])]),
        .systemLibrary(
            name: "CTurboJPEG", pkgConfig: "libturbojpeg",
            providers: [.apt(["libturbojpeg0-dev"]), .brew(["jpeg-turbo"])]),
        .systemLibrary(
            name: "CPNG", pkgConfig: "libpng",
            providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        // libpng needs it, and its packages bring it.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        // HDF5's packages bring it. Apple's systems have their own.
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        // Of the C library: what glibc does with freed memory.
        .systemLibrary(name: "CMalloc"),

        // MARK: Modules
        .target(name: "VectorKernels", linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
        .target(name: "Tensors", dependencies: [.target(name: "CCrypto", condition: .when(platforms: [.linux]))]),
        .target(name: "Files", dependencies: ["Tensors", "CZlib"]),
        .target(name: "JSONTree", dependencies: ["CJSONC", "Files"]),
        .target(name: "ChildProcesses"),
        .target(name: "NetworkGraph", dependencies: ["Tensors"]),
        .target(
            name: "ModelFormats",
            dependencies: [
                "NetworkGraph", "Files", "JSONTree", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            exclude: ["ONNX/onnx.proto", "CoreML/coreml.proto", "CoreML/neuralnetwork.proto", "Caffe/caffe.proto"]),
        .target(name: "Engines", dependencies: ["NetworkGraph", "VectorKernels"]),
        .target(
            name: "Captures", dependencies: ["ChildProcesses", "Files", "JSONTree", "Tensors", "CHDF5", "CZlib"]),
        .target(
            name: "Detection",
            dependencies: ["Engines", "Files", "JSONTree", "VectorKernels", "CTurboJPEG", "CPNG"]),
        .target(name: "Conformance", dependencies: ["Engines", "Captures", "ModelFormats", "VectorKernels"]),
        .target(name: "FaceConformance", dependencies: ["Conformance", "Detection"]),
        .target(name: "Diagnosis", dependencies: ["Conformance", "Engines", "NetworkGraph"]),
        .target(
            name: "Validation",
            dependencies: ["CMalloc", "Conformance", "Detection", "Diagnosis", "FaceConformance", "Files"]),
        .target(
            name: "Reporting",
            dependencies: [
                "Diagnosis", "FaceConformance", "JSONTree", "Validation",
                .product(name: "Mustache", package: "swift-mustache"),
            ],
            resources: [
                .embedInCode("Renderers/HTML/page.css"),
                .embedInCode("Renderers/HTML/page.mustache"),
                .embedInCode("Renderers/HTML/phrase.mustache"),
                .embedInCode("Renderers/HTML/heading.mustache"),
                .embedInCode("Renderers/HTML/paragraph.mustache"),
                .embedInCode("Renderers/HTML/list.mustache"),
                .embedInCode("Renderers/HTML/code.mustache"),
                .embedInCode("Renderers/HTML/table.mustache"),
                .embedInCode("Renderers/HTML/folded.mustache"),
                .embedInCode("Renderers/HTML/legend.mustache"),
                .embedInCode("Renderers/HTML/strip.mustache"),
                .embedInCode("Renderers/HTML/axis.mustache"),
                .embedInCode("Renderers/HTML/layers.mustache"),
                .embedInCode("Renderers/HTML/strips.mustache"),
                .embedInCode("Renderers/HTML/bars.mustache"),
                .embedInCode("Renderers/HTML/histogram.mustache"),
                .embedInCode("Renderers/HTML/plan.mustache"),
                .embedInCode("Renderers/HTML/frames.mustache"),
            ]),
        .target(name: "OutsideEngines", dependencies: ["ChildProcesses", "Engines", "JSONTree"]),
        .target(
            name: "Benchmarking",
            dependencies: ["FaceConformance", "Files", "OutsideEngines", "Reporting", "VectorKernels"]),
        .executableTarget(
            name: "mtcnn-validate",
            dependencies: [
                "Benchmarking", "Diagnosis", "Reporting", "OutsideEngines", "Validation",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // MARK: Tests
        .target(name: "TestSupport", dependencies: ["Tensors", "JSONTree"], path: "Tests/TestSupport"),
        .target(
            name: "OperatorSamples", dependencies: ["NetworkGraph", "TestSupport"], path: "Tests/OperatorSamples"),
        .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"]),
        .testTarget(name: "TensorsTests", dependencies: ["Tensors", "TestSupport"]),
        .testTarget(name: "JSONTreeTests", dependencies: ["JSONTree", "TestSupport"]),
        .testTarget(name: "NetworkGraphTests", dependencies: ["NetworkGraph", "TestSupport"]),
        .testTarget(
            name: "ModelFormatsTests",
            dependencies: [
                "Conformance", "ModelFormats", "Engines", "TestSupport",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ]),
        .testTarget(
            name: "EnginesTests",
            dependencies: ["Engines", "ModelFormats", "OperatorSamples", "TestSupport", "VectorKernels"]),
        .testTarget(
            name: "CapturesTests", dependencies: ["Captures", "ChildProcesses", "CHDF5", "JSONTree", "TestSupport"]),
        .testTarget(name: "DetectionTests", dependencies: ["Detection", "ModelFormats", "TestSupport"]),
        .target(name: "NetworkSupport", dependencies: ["Conformance", "TestSupport"], path: "Tests/NetworkSupport"),
        .testTarget(
            name: "ConformanceTests", dependencies: ["Conformance", "ModelFormats", "NetworkSupport", "TestSupport"]),
        .testTarget(
            name: "FaceConformanceTests",
            dependencies: ["FaceConformance", "ModelFormats", "NetworkSupport", "TestSupport"]),
        .testTarget(
            name: "ValidationTests", dependencies: ["Engines", "ModelFormats", "TestSupport", "Validation"]),
        .testTarget(
            name: "DiagnosisTests", dependencies: ["Conformance", "Diagnosis", "Engines", "TestSupport"]),
        .testTarget(name: "OutsideEnginesTests", dependencies: ["OutsideEngines", "TestSupport"]),
        .testTarget(name: "ReportingTests", dependencies: ["Reporting", "TestSupport"]),
        .testTarget(name: "BenchmarkingTests", dependencies: ["Benchmarking", "TestSupport"]),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "mtcnn-validate", "Benchmarking", "Captures", "Conformance", "Detection", "Diagnosis",
                "FaceConformance", "Files", "JSONTree",
                "ModelFormats",
                "TestSupport",
            ],
            exclude: ["damaged", "recorded"]),
        .testTarget(
            name: "GateTests",
            dependencies: [
                "Reporting", "Captures", "JSONTree", "OperatorSamples", "TestSupport",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
