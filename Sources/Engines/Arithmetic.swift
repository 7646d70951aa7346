import NetworkGraph
import Tensors
import VectorKernels

/// How numbers are stored, multiplied and summed.
///
/// A policy is the only definition of its arithmetic: every operator is written once, in terms of it, and faster code
/// must produce the same bits.
package protocol Arithmetic: Sendable {
    /// The type that stores an activation or a weight.
    associatedtype Element: KernelNumber
    /// The precision of an operator's computation before its result is stored.
    associatedtype Working: KernelNumber where Working.Lane == Element.Lane
    /// How a sum of products is accumulated.
    associatedtype Sum: SumOfProducts where Sum.Element == Element, Sum.Working == Working

    static var name: ArithmeticName { get }

    /// The formats that numbers are rounded to.
    static var formats: ArithmeticFormats { get }

    /// A number from outside, as stored in this arithmetic.
    static func element(_ value: Double) -> Element

    /// Numbers from outside, each converted by ``element(_:)``.
    static func elements(_ values: [Float]) -> [Element]

    /// A constant of the model, as stored in this arithmetic.
    static func weight(_ value: Double) -> Element

    /// A result, rounded to the stored format.
    static func stored(_ value: Working) -> Element

    /// A factor of a sum of products, rounded to the multiplied format.
    static func factor(_ number: Element) -> Element

    /// Results, each rounded to the stored format.
    static func stored(_ values: [Working]) -> [Element]

    /// The same elements as a file's tensor.
    static func anyTensor(_ tensor: Tensor<Element>) -> AnyTensor

    /// A tensor from outside, with each number converted by ``element(_:)``.
    static func value(of tensor: AnyTensor) -> Value<Element>

    /// A constant of the model, with each number converted by ``weight(_:)``.
    static func constant(_ tensor: AnyTensor) -> Value<Element>

    /// An operator's result; nil if no engine computes it.
    ///
    /// This and the functions around it are requirements with a single definition, so that the compiler specialises the
    /// operators and the engine for each arithmetic.
    static func compute(
        _ operation: any Operator, _ inputs: Operands<Element>, as type: TensorType
    ) throws(OperatorError) -> Value<Element>?

    /// The engine that computes a graph operator by operator.
    ///
    /// - Throws: ``EngineError/unsupported(node:operator:)``.
    static func engine(for graph: Graph, order: SummationOrder) throws(EngineError) -> any Engine

    /// An operator's result for tensors, outside any graph.
    ///
    /// - Throws: as ``ArithmeticName/apply(_:to:constants:order:)``.
    static func apply(
        _ operation: any Operator, to inputs: [AnyTensor?], constants: Set<Int>, order: SummationOrder
    ) throws -> AnyTensor

    /// The vector kernel that computes this arithmetic's sums of products, bit for bit.
    static var kernelForm: KernelForm { get }
}

/// A running sum of products: a start, then one product after another.
package protocol SumOfProducts {
    associatedtype Element
    associatedtype Working

    init(from start: Element)

    mutating func add(_ a: Element, times b: Element)

    var value: Working { get }
}

extension Arithmetic {
    package static func element(_ value: Double) -> Element { Element(value) }
    package static func elements(_ values: [Float]) -> [Element] { values.map { element(Double($0)) } }
    package static func weight(_ value: Double) -> Element { element(value) }
    package static func factor(_ number: Element) -> Element {
        formats.roundsFactors ? Element(formats.factors.rounded(Double(number))) : number
    }
    package static func stored(_ value: Working) -> Element { Element(value) }
    package static func stored(_ values: [Working]) -> [Element] {
        Element.numbers(from: Working.lanes(of: values))
    }
    package static func value(of tensor: AnyTensor) -> Value<Element> {
        switch tensor {
        case .float32(let numbers): .real(Tensor(numbers.shape, elements(numbers.elements)))
        case .float16(let numbers): .real(Tensor(numbers.shape, elements(Float16.lanes(of: numbers.elements))))
        default: Value(tensor, element: element)
        }
    }
    package static func constant(_ tensor: AnyTensor) -> Value<Element> { Value(tensor, element: weight) }
    package static func compute(
        _ operation: any Operator, _ inputs: Operands<Element>, as type: TensorType
    ) throws(OperatorError) -> Value<Element>? {
        try Engines.compute(operation, inputs, as: type, in: Self.self)
    }
    package static func engine(for graph: Graph, order: SummationOrder) throws(EngineError) -> any Engine {
        try OperatorEngine<Self>(graph, order: order)
    }
    package static func apply(
        _ operation: any Operator, to inputs: [AnyTensor?], constants: Set<Int>, order: SummationOrder
    ) throws -> AnyTensor {
        try OperatorEngine<Self>.apply(operation, to: inputs, constants: constants, order: order)
    }

    /// The type of the elements of ``anyTensor(_:)``.
    static var elementType: ElementType { anyTensor(Tensor([0], [])).elementType }

    /// Factors of sums of products, each rounded to the multiplied format.
    static func factors(_ numbers: [Element]) -> [Element] {
        formats.roundsFactors ? numbers.map(factor) : numbers
    }
}

extension Arithmetic where Element == Float {
    package static func anyTensor(_ tensor: Tensor<Float>) -> AnyTensor { .float32(tensor) }

    /// Numbers that are already float32 are used unchanged, and float32 holds every float16.
    package static func value(of tensor: AnyTensor) -> Value<Float> {
        switch tensor {
        case .float32(let numbers): .real(numbers)
        case .float16(let numbers): .real(Tensor(numbers.shape, Float16.lanes(of: numbers.elements)))
        default: Value(tensor, element: element)
        }
    }
}

extension Arithmetic where Element == Float16 {
    package static func elements(_ values: [Float]) -> [Float16] { Float16.numbers(from: values) }
    package static func anyTensor(_ tensor: Tensor<Float16>) -> AnyTensor { .float16(tensor) }
}

extension Arithmetic where Element == Double {
    package static func anyTensor(_ tensor: Tensor<Double>) -> AnyTensor { .float64(tensor) }

    /// Numbers that are already float64 are used unchanged.
    package static func value(of tensor: AnyTensor) -> Value<Double> {
        if case .float64(let numbers) = tensor { .real(numbers) } else { Value(tensor, element: element) }
    }

    package static func constant(_ tensor: AnyTensor) -> Value<Double> { value(of: tensor) }
}

/// A chain of fused multiply-adds, each rounded once to the working precision.
package struct FusedSum<Element: BinaryFloatingPoint, Working: BinaryFloatingPoint>: SumOfProducts {
    package private(set) var value: Working

    package init(from start: Element) { value = Working(start) }

    package mutating func add(_ a: Element, times b: Element) {
        value.addProduct(Working(a), Working(b))
    }
}
