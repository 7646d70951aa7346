import Tensors
import Testing

@Suite struct TransposingTests {
    private let tensor = Tensor<Int>([2, 3, 1, 4], Array(0..<24))

    @Test(
        "Axis i of the result is axis permutation[i] of the tensor",
        arguments: [[0, 1, 2, 3], [3, 2, 1, 0], [0, 3, 2, 1], [1, 0, 2, 3], [2, 0, 3, 1]])
    func permutation(_ permutation: [Int]) {
        let transposed = tensor.transposed(permutation)
        #expect(transposed.shape.dimensions == permutation.map { tensor.shape[$0] })
        for position in 0..<24 {
            let index = tensor.shape.index(at: position)
            let place = zip(permutation.map { index[$0] }, transposed.shape.strides).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(transposed.elements[place] == position)
        }
    }

    @Test("Exchanging two axes twice changes nothing, and exchanging those of a matrix transposes it")
    func exchange() {
        #expect(tensor.exchangingAxes(0, with: 3).exchangingAxes(3, with: 0) == tensor)
        #expect(Tensor<Int>([2, 3], Array(0..<6)).exchangingAxes(0, with: 1) == Tensor([3, 2], [0, 3, 1, 4, 2, 5]))
        #expect(Tensor<Int>([0, 3], []).exchangingAxes(0, with: 1) == Tensor([3, 0], []))
    }
}
