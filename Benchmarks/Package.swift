// swift-tools-version: 6.1
import PackageDescription

/// Benchmarks of the kernels: `swift run -c release --package-path Benchmarks KernelBenchmarks`. A package of its own,
/// so that nobody else waits for what it depends on.
let package = Package(
    name: "Benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "mtcnn-validate", path: ".."),
        .package(url: "https://github.com/google/swift-benchmark", from: "0.1.2"),
    ],
    targets: [
        .executableTarget(
            name: "KernelBenchmarks",
            dependencies: [
                .product(name: "Engines", package: "mtcnn-validate"),
                .product(name: "Benchmark", package: "swift-benchmark"),
            ])
    ]
)
