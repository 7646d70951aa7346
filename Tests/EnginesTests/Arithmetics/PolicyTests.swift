import NetworkGraph
import Tensors
import Testing

@testable import Engines

/// Small sums whose results tell the arithmetics apart.
@Suite struct PolicyTests {
    /// start + the sum of products, as an arithmetic carries and then stores it.
    private func sum<A: Arithmetic>(
        _: A.Type, from start: Double, _ products: [(Double, Double)]
    ) -> Double {
        var sum = A.Sum(from: A.element(start))
        for (a, b) in products { sum.add(A.element(a), times: A.element(b)) }
        return Double(A.stored(sum.value))
    }

    private func half(_ bits: UInt16) -> Double { Double(Float16(bitPattern: bits)) }

    @Test(
        "39C0 * C3FE + 07FE lies a little beyond a tie: one rounding to float16 sees it, one to float32 before does not"
    )
    func doubleRounding() {
        let products = [(half(0x39C0), half(0xC3FE))]
        let start = half(0x07FE)
        #expect(sum(Float16FusedArithmetic.self, from: start, products) == half(0xC1BF))
        #expect(sum(Float16StorageArithmetic.self, from: start, products) == half(0xC1BE))
        #expect(sum(Float64Arithmetic.self, from: start, products) == -2.8720704317092896)
    }

    @Test("The square of 1 + 2^-10 has a last part, 2^-20, that only a product that is not rounded keeps")
    func fusedProduct() {
        let products = [(1 + 0x1p-10, 1 + 0x1p-10)]
        let start = -(1 + 0x1p-9)
        #expect(sum(Float16FusedArithmetic.self, from: start, products) == 0x1p-20)
        #expect(sum(Float16StorageArithmetic.self, from: start, products) == 0x1p-20)
        #expect(sum(Float16MultiplyAddArithmetic.self, from: start, products) == 0)
    }

    @Test("float32 products are fused with their sum, too: (1 + 2^-12)^2 - (1 + 2^-11) = 2^-24")
    func fusedFloat32() {
        let products = [(1 + 0x1p-12, 1 + 0x1p-12)]
        #expect(sum(Float32Arithmetic.self, from: -(1 + 0x1p-11), products) == 0x1p-24)
        #expect(sum(Float16WeightsArithmetic.self, from: -(1 + 0x1p-11), products) == 0x1p-24)
    }

    @Test("A float16 sum stands still at 2048, a float32 one at 2^24, where 1 is half of what the last place counts")
    func standstill() {
        let ones = [(1.0, 1.0), (1.0, 1.0)]
        #expect(sum(Float16FusedArithmetic.self, from: 2048, ones) == 2048)
        #expect(sum(Float16MultiplyAddArithmetic.self, from: 2048, ones) == 2048)
        #expect(sum(Float16StorageArithmetic.self, from: 2048, ones) == 2050)
        #expect(sum(Float32Arithmetic.self, from: 0x1p24, ones) == 0x1p24)
        #expect(sum(Float64Arithmetic.self, from: 0x1p24, ones) == 0x1p24 + 2)
    }

    @Test("A product beyond float16's range overflows only where it is rounded by itself")
    func overflow() {
        let products = [(256.0, 256.0)]
        #expect(sum(Float16FusedArithmetic.self, from: -65504, products) == 32)
        #expect(sum(Float16StorageArithmetic.self, from: -65504, products) == 32)
        #expect(sum(Float16MultiplyAddArithmetic.self, from: -65504, products) == .infinity)
        #expect(sum(Float16StorageArithmetic.self, from: 0, products) == .infinity)
        #expect(sum(Float32Arithmetic.self, from: 0, products) == 65536)
    }

    @Test("Weights alone are rounded to float16 by fp16-weights")
    func weights() {
        #expect(Float16WeightsArithmetic.weight(0.1) == Float(Float16(0.1)))
        #expect(Float16WeightsArithmetic.element(0.1) == 0.1)
        #expect(Float32Arithmetic.weight(0.1) == 0.1)
        #expect(Float16StorageArithmetic.weight(0.1) == Float16(0.1))
    }

    @Test("float64 numbers become float16 in one rounding, not by way of float32")
    func narrowing() {
        // In float32 the last part is lost, and what is left is a tie, which goes down to 1.
        let aboveTie = 1 + 0x1p-11 + 0x1p-40
        #expect(Float16StorageArithmetic.element(aboveTie) == 1 + 0x1p-10)
        #expect(Float16FusedArithmetic.element(aboveTie) == 1 + 0x1p-10)
        #expect(Float16StorageArithmetic.stored(1 + 0x1p-11) == 1)
        #expect(Float16StorageArithmetic.stored(1 + 3 * 0x1p-11) == 1 + 0x1p-9)
        #expect(Float16StorageArithmetic.stored(65519.996) == 65504)
        #expect(Float16StorageArithmetic.stored(65520) == .infinity)
    }

    @Test("The Neural Engine's prediction sums products in fours in float16, and the fours exactly")
    func groupsOfFour() {
        let zero = (0.0, 0.0)
        func value(_ products: [(Double, Double)]) -> Float {
            var sum = NeuralEngineM1Arithmetic.Sum(from: 0)
            for (a, b) in products { sum.add(Float16(a), times: Float16(b)) }
            return sum.value
        }
        #expect(value([(2048, 1), (1, 1)]) == 2048)
        #expect(value([(2048, 1), zero, zero, zero, (1, 1)]) == 2049)
        #expect(value([(2048, 1), zero, zero, (1, 1), (1, 1)]) == 2049)
    }

    @Test("The Neural Engine's prediction has no subnormals, no NaN, and sums of several products only below 2^15")
    func neuralEngineRange() {
        typealias A = NeuralEngineM1Arithmetic
        #expect(A.element(0x1p-14) == 0x1p-14)
        #expect(A.element(0x1p-15) == 0)
        #expect(A.stored(-0x1p-15).sign == .minus)
        #expect(A.stored(.nan) == .infinity)
        #expect(sum(A.self, from: 0, [(0x1p-14, 0.5)]) == 0)
        #expect(sum(A.self, from: 0, [(0x1p15, 1)]) == 0x1p15)
        #expect(sum(A.self, from: 0, [(0x1p14, 1), (0x1p14, 1)]) == .infinity)
        #expect(sum(A.self, from: 0, [(-0x1p14, 1), (0x1p14, -1)]) == -.infinity)
        #expect(sum(A.self, from: 0, [(0x1p14, 1), (0x1p14, 0.5)]) == 0x1p14 * 1.5)
    }

    @Test(
        "A convolution in each arithmetic has the bits of the sum that the arithmetic defines",
        arguments: [
            (ArithmeticName.fp16FMA, UInt16(0xC1BF)), (.fp16Storage, 0xC1BE), (.fp16MultiplyAdd, 0xC1BF),
        ])
    func throughOperators(arithmetic: ArithmeticName, bits: UInt16) throws {
        let half = { (bits: UInt16) in Float16(bitPattern: bits) }
        let result = try arithmetic.apply(
            Convolution(),
            to: [
                .float16(Tensor([1, 1, 1], [half(0x39C0)])), .float16(Tensor([1, 1, 1], [half(0xC3FE)])),
                .float16(Tensor([1], [half(0x07FE)])),
            ])
        #expect(result == .float16(Tensor([1, 1, 1], [half(bits)])))
    }

    private static let values: [Double] = {
        let magnitudes = [
            0, 0x1p-149, 0x1p-133, 0x1p-126, 0x1p-26, 0x1p-25, 0x1.8p-25, 0x1p-15, 0x1p-14, 0.1, 1, 1.00390625, 2049,
            65519, 65520, 0x1.FEp127, .infinity,
        ]
        return magnitudes.flatMap { [$0, -$0] } + [.nan]
    }()

    @Test(
        "Results stored together are those stored one by one, infinities and subnormals among them",
        arguments: ArithmeticName.allCases)
    func storedTogether(_ name: ArithmeticName) {
        func check<A: Arithmetic>(_: A.Type) {
            let values = Self.values.map { A.Working($0) }
            let together = A.stored(values)
            let oneByOne = values.map { A.stored($0) }
            #expect(together.map(Double.init).map(\.bitPattern) == oneByOne.map(Double.init).map(\.bitPattern))
        }
        check(name.arithmetic)
    }

    @Test(
        "What an arithmetic takes, keeps and stores are numbers of its formats, the nearest",
        arguments: ArithmeticName.allCases)
    func formats(_ name: ArithmeticName) {
        func check<A: Arithmetic>(_: A.Type) {
            let tensor = AnyTensor.float64(Tensor([Self.values.count], Self.values))
            guard case .real(let given) = A.value(of: tensor), case .real(let constants) = A.constant(tensor) else {
                Issue.record("no numbers")
                return
            }
            for (index, value) in Self.values.enumerated() where !value.isNaN {
                let stored = A.formats.stored.rounded(value)
                #expect(Double(A.element(value)) == stored)
                #expect(Double(given.elements[index]) == stored)
                #expect(Double(A.stored(A.Working(value))) == A.formats.stored.rounded(Double(A.Working(value))))
                #expect(Double(A.weight(value)) == A.formats.constants.rounded(value))
                #expect(Double(constants.elements[index]) == A.formats.constants.rounded(value))
                #expect(Double(A.factor(A.element(value))) == A.formats.factors.rounded(stored))
            }
            #expect(name.bytesPerNumber == MemoryLayout<A.Element>.size)
        }
        check(name.arithmetic)
    }

    @Test("Names are told apart, and read as they are written", arguments: ArithmeticName.allCases)
    func rawValues(_ name: ArithmeticName) {
        #expect(ArithmeticName(rawValue: name.rawValue) == name)
        #expect(name.arithmetic.name == name)
        #expect(ArithmeticName.allCases.count { $0 == name } == 1)
        #expect(ArithmeticName(rawValue: name.rawValue + "x") == nil)
    }

    @Test("Each name's engine computes in that arithmetic", arguments: ArithmeticName.allCases)
    func names(name: ArithmeticName) throws {
        let graph = try Graph(name: "none", inputs: [], outputs: ["w"], nodes: [], initializers: ["w": vector(1)])
        #expect(try name.engine(for: graph).arithmetic == name)
    }
}
