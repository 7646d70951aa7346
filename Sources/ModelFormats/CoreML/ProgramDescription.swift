import NetworkGraph
import Tensors

/// A model's description of its inputs and outputs, checked against its program.
struct ProgramDescription {
    private let description: CoreMLModelDescription

    init(_ description: CoreMLModelDescription) { self.description = description }

    /// The described shapes of the inputs, with open extents at their defaults.
    var defaultShapes: [String: [Int]] {
        Dictionary(
            description.input.map { feature in
                (feature.name, (feature.type.image ?? feature.type.multiArrayType).shape.map { Int(clamping: $0) })
            }, uniquingKeysWith: { first, _ in first })
    }

    /// The description of an input that takes images.
    func images(of input: String) -> ImageDeclaration? {
        guard let feature = description.input.first(where: { $0.name == input }),
            case .imageType(let image)? = feature.type.type, let channels = image.channels
        else { return nil }
        return ImageDeclaration(
            spatialOrder: .rowsFirst, channels: channels, values: .pixels,
            reason:
                "the model describes this input as an image; on a device its pixels are bytes, here they are not rounded"
        )
    }

    /// The permitted shapes of the inputs with open extents.
    ///
    /// - Throws: if the description does not fit the program's inputs.
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

    /// - Throws: if the description does not fit the program's outputs.
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
        if role == "input", case .imageType(let image)? = feature.type.type {
            guard let array = feature.type.image else {
                throw ProgramFault(
                    unsupported: "description: \(role) \"\(feature.name)\" is an image of color space "
                        + "\(image.colorSpace), and gray (10), RGB (20), BGR (30) and gray of float16 (40) are supported"
                )
            }
            guard type.element.floatType != nil, type.dimensions.count == 4 else {
                throw ProgramFault(
                    "description: \(role) \"\(feature.name)\" is an image, the program says \(type), where a float "
                        + "[1, channels, rows, columns] is right")
            }
            return array
        }
        guard case .multiArrayType(let array)? = feature.type.type else {
            throw ProgramFault(
                unsupported: "description: \(role) \"\(feature.name)\" is no multi-array, nor an image that goes "
                    + "in, which alone are supported")
        }
        guard array.dataType == type.element.featureCode else {
            throw ProgramFault(
                "description: \(role) \"\(feature.name)\" has element type \(array.dataType), the program says \(type)")
        }
        return array
    }
}

extension CoreMLImageFeatureType {
    var channels: ImageDeclaration.Channels? {
        switch colorSpace {
        case 10, 40: .gray
        case 20: .rgb
        case 30: .bgr
        default: nil
        }
    }
}

extension CoreMLFeatureType {
    /// An image as the model's array [1, channels, rows, columns]; nil for anything else.
    var image: CoreMLArrayFeatureType? {
        guard case .imageType(let image)? = type, let channels = image.channels?.count else { return nil }
        func exactly(_ extent: Int) -> CoreMLSizeRange {
            .with { ($0.lowerBound, $0.upperBound) = (UInt64(extent), Int64(extent)) }
        }
        func shape(_ height: UInt64, _ width: UInt64) -> [Int64] {
            [1, Int64(channels), Int64(clamping: height), Int64(clamping: width)]
        }
        return .with { array in
            array.shape = [1, Int64(channels), image.height, image.width]
            switch image.sizeFlexibility {
            case nil: break
            case .enumeratedSizes(let list)?:
                array.enumeratedShapes.shapes = list.sizes.map { size in
                    .with { $0.shape = shape(size.height, size.width) }
                }
            case .sizeRanges(let ranges)?:
                array.shapeRange.sizeRanges = [exactly(1), exactly(channels), ranges.height, ranges.width]
            }
        }
    }
}
