import NetworkGraph
import Tensors

/// How ONNX's Resize and Upsample, in every version, become a ``NetworkGraph/Resize``.
extension ONNXOperators {
    static let resize: Reader = { (node) throws(ModelError) in
        guard !node.flag("antialias") else {
            throw node.badAttribute("antialias", "is set; only resizing without it is supported")
        }
        guard node.opset >= 11 else { return try olderResize(node, scales: nil) }
        let coordinates = node.string("coordinate_transformation_mode") ?? "half_pixel"
        guard let transform = Resize.Coordinates(rawValue: coordinates) else {
            throw node.badAttribute("coordinate_transformation_mode", "is \"\(coordinates)\", which is not supported")
        }
        let policy = node.string("keep_aspect_ratio_policy") ?? "stretch"
        guard let aspectRatio = Resize.AspectRatio(rawValue: policy) else {
            throw node.badAttribute("keep_aspect_ratio_policy", "is \"\(policy)\", which is not supported")
        }
        let rounding = node.string("nearest_mode") ?? "round_prefer_floor"
        guard let nearest = Resize.Rounding(rawValue: rounding) else {
            throw node.badAttribute("nearest_mode", "is \"\(rounding)\", which is not supported")
        }
        return ONNXOperators.Description(
            Resize(
                try mode(node, nearest), coordinates: transform, axes: node.integers("axes"), aspectRatio: aspectRatio,
                extrapolation: node.float("extrapolation_value") ?? 0))
    }

    static let upsample: Reader = { (node) throws(ModelError) in
        guard node.opset < 10 else {
            throw node.unsupported("does not exist in operator set \(node.opset); Resize replaced it in 10")
        }
        return try olderResize(node, scales: node.opset < 9 ? node.floats("scales") : nil)
    }

    /// As before version 11: an output element's coordinate is its index divided by the scale.
    private static func olderResize(
        _ node: ONNXNodeReader, scales: [Float]?
    ) throws(ModelError) -> ONNXOperators.Description {
        let resize = Resize(try mode(node, .floorOrCeil), coordinates: .asymmetric)
        var constants = [Int: AnyTensor]()
        constants[2] = scales.map { .float32(Tensor([$0.count], $0)) }
        return ONNXOperators.Description(resize, constants: constants, places: [0, 2])
    }

    private static func mode(_ node: ONNXNodeReader, _ rounding: Resize.Rounding) throws(ModelError) -> Resize.Mode {
        switch node.string("mode") ?? "nearest" {
        case "nearest": .nearest(rounding)
        case "linear", "bilinear": .linear
        case "cubic":
            .cubic(
                coefficient: node.float("cubic_coeff_a") ?? -0.75, excludesOutside: node.flag("exclude_outside"))
        case let other: throw node.badAttribute("mode", "is \"\(other)\", not nearest, linear or cubic")
        }
    }
}
