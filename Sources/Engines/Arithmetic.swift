import NetworkGraph
import Tensors
import VectorKernels

/// How numbers are stored, multiplied and summed.
///
/// A policy is the one definition of its arithmetic: every operator is written once, in terms of it, and
/// faster code must give the same bits.
public protocol Arithmetic: Sendable {
    /// What an activation or a weight is stored as.
    associatedtype Element: KernelNumber
    /// The precision in which an operator computes before its result is stored.
    associatedtype Working: KernelNumber where Working.Lane == Element.Lane
    /// How a sum of products is carried.
    associatedtype Sum: SumOfProducts where Sum.Element == Element, Sum.Working == Working

    static var name: ArithmeticName { get }

    /// What numbers are rounded to.
    static var formats: ArithmeticFormats { get }

    /// A number from outside, as this arithmetic stores it.
    static func element(_ value: Double) -> Element

    /// A constant of the model, as this arithmetic stores it.
    static func weight(_ value: Double) -> Element

    /// A result, rounded to what is stored.
    static func stored(_ value: Working) -> Element

    /// A factor of a sum of products, rounded to what is multiplied.
    static func factor(_ number: Element) -> Element

    /// Results, each rounded to what is stored.
    static func stored(_ values: [Working]) -> [Element]

    /// The same elements as a file's tensor.
    static func anyTensor(_ tensor: Tensor<Element>) -> AnyTensor

    /// A tensor from outside, each number as ``element(_:)`` gives it.
    static func value(of tensor: AnyTensor) -> Value<Element>

    /// A constant of the model, each number as ``weight(_:)`` gives it.
    static func constant(_ tensor: AnyTensor) -> Value<Element>

    /// What an operator gives; nil if no engine computes it.
    ///
    /// That this and the functions around it are requirements, with one definition for all, makes the compiler
    /// specialise the operators and the engine for each arithmetic.
    static func compute(
        _ operation: any Operator, _ inputs: Operands<Element>, as type: TensorType
    ) throws(OperatorError) -> Value<Element>?

    /// The engine that computes a graph operator by operator.
    ///
    /// - Throws: ``EngineError/unsupported(node:operator:)``.
    static func engine(for graph: Graph, order: SummationOrder) throws(EngineError) -> any Engine

    /// What an operator gives for tensors, outside any graph.
    ///
    /// - Throws: as ``ArithmeticName/apply(_:to:constants:order:)``.
    static func apply(
        _ operation: any Operator, to inputs: [AnyTensor?], constants: Set<Int>, order: SummationOrder
    ) throws -> AnyTensor

    /// The vector kernel that computes this arithmetic's sums of products with the same bits.
    static var kernelForm: KernelForm { get }
}

/// A sum of products under way: from a start, one product after another.
public protocol SumOfProducts {
    associatedtype Element
    associatedtype Working

    init(from start: Element)

    mutating func add(_ a: Element, times b: Element)

    var value: Working { get }
}

extension Arithmetic {
    public static func element(_ value: Double) -> Element { Element(value) }
    public static func weight(_ value: Double) -> Element { element(value) }
    public static func factor(_ number: Element) -> Element {
        formats.roundsFactors ? Element(formats.factors.rounded(Double(number))) : number
    }
    public static func stored(_ value: Working) -> Element { Element(value) }
    public static func stored(_ values: [Working]) -> [Element] {
        Element.numbers(from: Working.lanes(of: values))
    }
    public static func value(of tensor: AnyTensor) -> Value<Element> { Value(tensor, element: element) }
    public static func constant(_ tensor: AnyTensor) -> Value<Element> { Value(tensor, element: weight) }
    public static func compute(
        _ operation: any Operator, _ inputs: Operands<Element>, as type: TensorType
    ) throws(OperatorError) -> Value<Element>? {
        try Engines.compute(operation, inputs, as: type, in: Self.self)
    }
    public static func engine(for graph: Graph, order: SummationOrder) throws(EngineError) -> any Engine {
        try OperatorEngine<Self>(graph, order: order)
    }
    public static func apply(
        _ operation: any Operator, to inputs: [AnyTensor?], constants: Set<Int>, order: SummationOrder
    ) throws -> AnyTensor {
        try OperatorEngine<Self>.apply(operation, to: inputs, constants: constants, order: order)
    }

    /// The type of the elements of ``anyTensor(_:)``.
    static var elementType: ElementType { anyTensor(Tensor([0], [])).elementType }

    /// Factors of sums of products, each rounded to what is multiplied.
    static func factors(_ numbers: [Element]) -> [Element] {
        formats.roundsFactors ? numbers.map(factor) : numbers
    }
}

extension Arithmetic where Element == Float {
    public static func anyTensor(_ tensor: Tensor<Float>) -> AnyTensor { .float32(tensor) }

    /// Numbers that are float32 already are taken as they are.
    public static func value(of tensor: AnyTensor) -> Value<Float> {
        if case .float32(let numbers) = tensor { .real(numbers) } else { Value(tensor, element: element) }
    }
}

extension Arithmetic where Element == Float16 {
    public static func anyTensor(_ tensor: Tensor<Float16>) -> AnyTensor { .float16(tensor) }
}

extension Arithmetic where Element == Double {
    public static func anyTensor(_ tensor: Tensor<Double>) -> AnyTensor { .float64(tensor) }
}

/// A chain of fused multiply-adds, each rounded once to the working precision.
public struct FusedSum<Element: BinaryFloatingPoint, Working: BinaryFloatingPoint>: SumOfProducts {
    public private(set) var value: Working

    public init(from start: Element) { value = Working(start) }

    public mutating func add(_ a: Element, times b: Element) {
        value.addProduct(Working(a), Working(b))
    }
}
