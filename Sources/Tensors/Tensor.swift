/// A dense row-major array of any rank.
public struct Tensor<Element: Sendable>: Sendable {
    public let shape: Shape

    /// The elements, last axis fastest.
    public var elements: [Element] {
        didSet { precondition(elements.count == shape.count, "a tensor keeps its number of elements") }
    }

    /// - Precondition: the number of elements is the shape's.
    public init(_ shape: Shape, _ elements: [Element]) {
        precondition(elements.count == shape.count, "\(elements.count) elements for shape \(shape)")
        self.shape = shape
        self.elements = elements
    }

    public init(_ shape: Shape, repeating element: Element) {
        self.init(shape, [Element](repeating: element, count: shape.count))
    }

    /// The same elements under another shape of equal count.
    public func reshaped(to shape: Shape) -> Tensor {
        Tensor(shape, elements)
    }

    /// The same shape with each element transformed. Inlinable, so that each caller gets its own loop.
    @inlinable
    public func map<Other: Sendable>(_ transform: (Element) throws -> Other) rethrows -> Tensor<Other> {
        let count = elements.count
        let transformed = try elements.withUnsafeBufferPointer { elements in
            try [Other](unsafeUninitializedCapacity: count) { transformed, initialized in
                // Pointers alone: debug builds take half the time that indices take.
                guard var source = elements.baseAddress, let start = transformed.baseAddress else { return }
                var place = start
                defer { initialized = place - start }
                while place < start + count {
                    place.initialize(to: try transform(source.pointee))
                    source += 1
                    place += 1
                }
            }
        }
        return Tensor<Other>(shape, transformed)
    }
}

extension Tensor: Equatable where Element: Equatable {}
