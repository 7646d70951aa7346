import Engines
import NetworkGraph
import TestSupport
import Tensors
import Testing

@Suite struct MatrixProductTests {
    private let a = tensor([2, 3], [1, 2, 3, 4, 5, 6])
    private let b = tensor([3, 2], [1, 0, 0, 1, 1, 1])

    @Test("Hand-computed products", arguments: ArithmeticName.allCases)
    func byHand(arithmetic: ArithmeticName) throws {
        #expect(try numbers(MatMul(), [a, b], in: arithmetic) == Tensor([2, 2], [4, 5, 10, 11]))
        // 2 * product + 0.5 * [2, 4]
        #expect(
            try numbers(Gemm(alpha: 2, beta: 0.5), [a, b, vector(2, 4)], in: arithmetic)
                == Tensor([2, 2], [9, 12, 21, 24]))
        #expect(try numbers(Gemm(), [a, b], in: arithmetic) == Tensor([2, 2], [4, 5, 10, 11]))
    }

    @Test("A vector is a row on the left and a column on the right, and leaves no axis")
    func vectors() throws {
        #expect(try numbers(MatMul(), [vector(1, 2), a]) == Tensor([3], [9, 12, 15]))
        #expect(try numbers(MatMul(), [a, vector(1, 0, -1)]) == Tensor([2], [-2, -2]))
        #expect(try numbers(MatMul(), [vector(1, 2, 3), vector(4, 5, 6)]) == Tensor([], [32]))
    }

    @Test("Stacks of matrices are broadcast, each product that of the definition", arguments: ArithmeticName.allCases)
    func stacks(arithmetic: ArithmeticName) throws {
        let left = smallIntegers([2, 1, 3, 4])
        let right = smallIntegers([3, 4, 2], seed: 2)
        let expected = tabulated([2, 3, 3, 2]) { index in
            (0..<4).map { Double(left[index[0], 0, index[2], $0] * right[index[1], $0, index[3]]) }.reduce(0, +)
        }
        #expect(try numbers(MatMul(), [.float32(left), .float32(right)], in: arithmetic) == expected)
    }

    @Test(
        "Transposed on request, and C broadcast from every shape that fits", arguments: [false, true], [false, true])
    func gemm(transposesA: Bool, transposesB: Bool) throws {
        let a = smallIntegers(transposesA ? [4, 3] : [3, 4])
        let b = smallIntegers(transposesB ? [5, 4] : [4, 5], seed: 2)
        let gemm = Gemm(alpha: -1, beta: 2, transposesA: transposesA, transposesB: transposesB)
        for shape in [[], [1], [5], [1, 5], [3, 1], [3, 5]] as [Shape] {
            let c = smallIntegers(shape, seed: 3)
            let rows = shape.rank == 2 && shape[0] == 3
            let columns = shape.rank >= 1 && shape[shape.rank - 1] == 5
            let expected = tabulated([3, 5]) { index in
                let product = (0..<4).map { k in
                    Double(
                        (transposesA ? a[k, index[0]] : a[index[0], k])
                            * (transposesB ? b[index[1], k] : b[k, index[1]]))
                }.reduce(0, +)
                let position = (rows ? index[0] : 0) * (columns ? 5 : 1) + (columns ? index[1] : 0)
                return -product + 2 * Double(c.elements[position])
            }
            #expect(try numbers(gemm, [.float32(a), .float32(b), .float32(c)]) == expected)
        }
    }

    @Test("Both products sum from zero over the inner axis in order, each step fused; Gemm then adds C")
    func order() throws {
        var random = RandomNumbers(seed: 4)
        let a = random.floats([3, 20], in: -1...1)
        let b = random.floats([20, 2], in: -1...1)
        let c = random.floats([2], in: -1...1)
        func sum(_ index: [Int]) -> Float {
            var sum: Float = 0
            for k in 0..<20 { sum.addProduct(a[index[0], k], b[k, index[1]]) }
            return sum
        }
        #expect(try numbers(MatMul(), [.float32(a), .float32(b)]) == tabulated([3, 2]) { Double(sum($0)) })
        #expect(
            try numbers(Gemm(), [.float32(a), .float32(b), .float32(c)])
                == tabulated([3, 2]) { Double(sum($0) + c[$0[1]]) })
    }

    @Test("No rows give no rows, and an inner axis without elements zeros")
    func emptiness() throws {
        #expect(try numbers(MatMul(), [tensor([0, 3], []), b]).shape == [0, 2])
        #expect(try numbers(MatMul(), [tensor([2, 0], []), tensor([0, 2], [])]) == Tensor([2, 2], repeating: 0))
        #expect(try numbers(MatMul(), [tensor([0, 2, 3], []), b]).shape == [0, 2, 2])
        #expect(
            try numbers(Gemm(), [tensor([2, 0], []), tensor([0, 2], []), vector(1, 2)]).elements == [1, 2, 1, 2])
        #expect(try numbers(Gemm(transposesA: true), [tensor([3, 0], []), b]).shape == [0, 2])
    }
}
