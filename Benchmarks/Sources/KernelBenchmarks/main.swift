import Benchmark
import VectorKernels

let layers = [
    ConvolutionLayer("pnet 1", channels: 3, outputs: 10, kernel: 3, rows: 94, columns: 126),
    ConvolutionLayer("pnet 2", channels: 10, outputs: 16, kernel: 3, rows: 45, columns: 61),
    ConvolutionLayer("pnet 3", channels: 16, outputs: 32, kernel: 3, rows: 43, columns: 59),
    ConvolutionLayer("rnet 2", channels: 28, outputs: 48, kernel: 3, rows: 9, columns: 9),
    ConvolutionLayer("onet 2", channels: 32, outputs: 64, kernel: 3, rows: 21, columns: 21),
    ConvolutionLayer("onet 4", channels: 64, outputs: 128, kernel: 2, rows: 3, columns: 3),
]
let forms: [(String, vk_form)] = [
    ("fused", .fused), ("float16 fused", .float16_fused), ("float16 multiply-add", .float16_multiply_add),
    ("neural-engine-m1", .neural_engine_m1),
]
let levels: [(String, vk_level)] = [
    ("portable", .portable), ("avx2", .avx2), ("avx512", .avx512), ("neon", .neon),
].filter { vk_supports($0.1) }

for (levelName, level) in levels where level != .portable {
    for (formName, form) in forms {
        for layer in layers {
            benchmark("\(levelName), \(formName), \(layer.name)") { layer.run(form, on: level) }
        }
    }
}

Benchmark.main()
