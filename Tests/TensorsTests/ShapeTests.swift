import Tensors
import Testing

@Suite struct ShapeTests {
    @Test(
        "The number of elements is the product of the extents, 1 for a scalar",
        arguments: [([Int](), 1), ([5], 5), ([2, 3, 4], 24), ([7, 0, 2], 0)])
    func count(dimensions: [Int], count: Int) throws {
        #expect(Shape(dimensions).count == count)
        #expect(try Shape(checking: dimensions) == Shape(dimensions))
    }

    @Test("Row-major strides: the last axis is the fastest")
    func strides() {
        #expect(Shape([2, 3, 4]).strides == [12, 4, 1])
        #expect(Shape([5]).strides == [1])
        #expect(Shape([]).strides == [])
    }

    @Test("The index of a position and the strides give the position back")
    func index() {
        let shape = Shape([2, 3, 4])
        #expect(shape.index(at: 17) == [1, 1, 1])
        for position in 0..<shape.count {
            let index = shape.index(at: position)
            #expect(zip(index, shape.strides).map { $0 * $1 }.reduce(0, +) == position)
        }
    }

    @Test(
        "Extents from outside are refused if negative, or if their product is past the limit or overflows",
        arguments: [
            [-1], [2, -3], [Shape.maximumCount + 1], [1 << 16, 1 << 16], [Int.max, Int.max], [0, Int.max, 4],
            [Int.max, 0],
        ])
    func refused(dimensions: [Int]) {
        #expect {
            try Shape(checking: dimensions)
        } throws: { error in
            guard case .badShape(dimensions, _)? = error as? TensorError else { return false }
            return "\(error)".contains("\(dimensions)")
        }
    }

    @Test("Exactly the largest number of elements is accepted")
    func largest() throws {
        #expect(try Shape(checking: [2, 1 << 30]).count == Shape.maximumCount)
    }

    @Test("A negative axis counts from the back, one outside is nil")
    func axis() {
        let shape = Shape([4, 5, 6])
        #expect([0, 2, -1, -3].map { shape.axis($0) } == [0, 2, 2, 0])
        #expect([3, -4].map { shape.axis($0) } == [nil, nil])
    }
}
