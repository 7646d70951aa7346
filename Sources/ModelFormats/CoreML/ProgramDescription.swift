import Tensors

/// A model's description of its inputs and outputs, held against its program.
struct ProgramDescription {
    private let description: CoreMLModelDescription

    init(_ description: CoreMLModelDescription) { self.description = description }

    /// The shapes that are described for the inputs: of an open one, its default.
    var defaultShapes: [String: [Int]] {
        Dictionary(
            description.input.map { ($0.name, $0.type.multiArrayType.shape.map { Int(clamping: $0) }) },
            uniquingKeysWith: { first, _ in first })
    }

    /// What may be given for the inputs with open extents.
    ///
    /// - Throws: where the description does not fit the program's inputs.
    func flexibility(
        of order: [CoreMLNamedValueType], _ inputs: [String: ProgramType]
    ) throws(ProgramFault) -> [String: CoreMLProvenance.Flexibility] {
        guard description.input.map(\.name) == order.map(\.name) else {
            throw ProgramFault(
                "description: inputs \(description.input.map(\.name)), the program has \(order.map(\.name))")
        }
        var flexibility = [String: CoreMLProvenance.Flexibility]()
        for feature in description.input {
            guard let type = inputs[feature.name] else { continue }
            let array = try checked(feature, type, "input")
            let shape = array.shape.map { Int(clamping: $0) }
            func fault(_ reason: String) -> ProgramFault {
                ProgramFault("description: input \"\(feature.name)\" \(reason)")
            }
            guard shape.count == type.dimensions.count,
                zip(shape, type.dimensions).allSatisfy({ $0 > 0 && ($1 == nil || $0 == $1) })
            else { throw fault("has shape \(shape), the program says \(type)") }
            switch array.shapeFlexibility {
            case nil:
                guard !type.dimensions.contains(nil) else {
                    throw fault("is open in the program, and neither a range nor shapes say what it takes")
                }
            case .shapeRange(let range)?:
                let ranges = range.sizeRanges.map { (Int(clamping: $0.lowerBound), Int(clamping: $0.upperBound)) }
                guard ranges.count == shape.count else {
                    throw fault("has \(ranges.count) ranges for \(shape.count) axes")
                }
                var list = [ClosedRange<Int>]()
                for (index, (lower, upper)) in ranges.enumerated() {
                    let last = upper < 0 ? Int.max : upper
                    guard lower >= 1, lower <= last, (lower...last).contains(shape[index]) else {
                        throw fault(
                            "has the range \(lower) to \(upper) along axis \(index), with \(shape[index]) for default")
                    }
                    guard type.dimensions[index] == nil || lower == last else {
                        throw fault("has a range along axis \(index), which is fixed in the program")
                    }
                    list.append(lower...last)
                }
                flexibility[feature.name] = .range(list)
            case .enumeratedShapes(let shapes)?:
                let list = shapes.shapes.map { $0.shape.map { Int(clamping: $0) } }
                if let impossible = list.first(where: { (try? Shape(checking: $0)) == nil }) {
                    throw fault("has the shape \(impossible), which no tensor can have")
                }
                guard list.contains(shape), Set(list).count == list.count,
                    list.allSatisfy({ other in
                        other.count == shape.count
                            && zip(other, type.dimensions).allSatisfy { $0 > 0 && ($1 == nil || $0 == $1) }
                    })
                else { throw fault("has shapes that do not fit the program, twice the same, or not the default") }
                flexibility[feature.name] = .enumerated(list)
            }
        }
        return flexibility
    }

    /// - Throws: where the description does not fit the program's outputs.
    func checkOutputs(_ names: [String], _ types: [String: ProgramType]) throws(ProgramFault) {
        guard description.output.map(\.name) == names, !names.isEmpty else {
            throw ProgramFault("description: outputs \(description.output.map(\.name)), the program has \(names)")
        }
        for feature in description.output {
            guard let type = types[feature.name] else {
                throw ProgramFault("program: output \"\(feature.name)\" is not defined")
            }
            let shape = try checked(feature, type, "output").shape.map { Int(clamping: $0) }
            guard
                shape.isEmpty
                    || shape.count == type.dimensions.count
                        && zip(shape, type.dimensions).allSatisfy({ $1 == nil || $0 == $1 })
            else {
                throw ProgramFault(
                    "description: output \"\(feature.name)\" has shape \(shape), the program says \(type)")
            }
        }
    }

    private func checked(
        _ feature: CoreMLFeatureDescription, _ type: ProgramType, _ role: String
    ) throws(ProgramFault) -> CoreMLArrayFeatureType {
        guard case .multiArrayType(let array)? = feature.type.type else {
            throw ProgramFault(
                unsupported: "description: \(role) \"\(feature.name)\" is no multi-array, which alone is supported")
        }
        guard array.dataType == type.element.featureCode else {
            throw ProgramFault(
                "description: \(role) \"\(feature.name)\" has element type \(array.dataType), the program says \(type)")
        }
        return array
    }
}
