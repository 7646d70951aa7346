import Engines
import NetworkGraph
import Tensors

/// How a graph lays out images and maps: [N, channels, y, x] or [N, y, x, channels], or with x before y.
struct ImageLayout {
    private let channelsAreLast: Bool
    private let columnsAreFirst: Bool
    private let channels: ImageDeclaration.Channels
    private let values: ImageDeclaration.Values

    /// Whether the graph takes the cascade's images unchanged, apart from the order of the axes.
    var takesNormalisedRGB: Bool { channels == .rgb && values == .normalised }

    /// The input declares the order of the spatial axes. Without a declaration, images [N, ., ., channels] have x
    /// first, and images [N, channels, ., .] y first.
    init(of graph: Graph) throws(GraphFaceNetworkError) {
        let input = graph.inputs.count == 1 ? graph.inputs.first : nil
        let dimensions = input?.dimensions ?? []
        channels = input?.images?.channels ?? .rgb
        values = input?.images?.values ?? .normalised
        let count = Graph.Dimension.fixed(channels.count)
        switch (dimensions.count, dimensions.last, dimensions.dropFirst().first) {
        case (4, count, _) where dimensions[1] != count || channels == .rgb: channelsAreLast = true
        case (4, _, count): channelsAreLast = false
        default:
            throw .unknownInput(
                graph: graph.name,
                inputs: graph.inputs.map { input in
                    "\(input.name) [" + input.dimensions.map(\.description).joined(separator: ", ") + "]"
                })
        }
        columnsAreFirst = input?.images.map { $0.spatialOrder == .columnsFirst } ?? channelsAreLast
    }

    /// The meaning of the axes of the graph's input.
    var axes: [MapAxis] {
        let spatial: [MapAxis] = columnsAreFirst ? [.column, .row] : [.row, .column]
        return [.image] + (channelsAreLast ? spatial + [.channel] : [.channel] + spatial)
    }

    /// The position of an axis in a tensor of rank 4.
    fileprivate func position(of axis: MapAxis) -> Int { axes.firstIndex(of: axis) ?? 0 }

    func inputShape(count: Int, rows: Int, columns: Int) -> Shape {
        Shape(
            axes.map { axis in
                switch axis {
                case .image: count
                case .channel: channels.count
                case .row: rows
                case .column: columns
                }
            })
    }

    /// The channels of an output [N, channels] or of an output map; nil for others.
    func channels(of shape: Shape) -> Int? { channelAxis(rank: shape.rank).map { shape[$0] } }

    /// The channel axis of an output of some rank; nil if it cannot be an output.
    func channelAxis(rank: Int) -> Int? {
        switch rank {
        case 2: 1
        case 4: position(of: .channel)
        default: nil
        }
    }

    /// The graph's input for the cascade's images [N, rows, columns, 3].
    func input(from images: Tensor<Float>) -> Tensor<Float> {
        let images = declared(images)
        let shape = inputShape(count: images.shape[0], rows: images.shape[1], columns: images.shape[2])
        let strides = ImageStrides(of: shape, self)
        let elements = [Float](unsafeUninitializedCapacity: shape.count) { buffer, initialized in
            images.elements.withUnsafeBufferPointer { images in
                var position = 0
                strides.forEachChannelGroup { first, channelStride in
                    for channel in 0..<strides.channels {
                        buffer[first + channel * channelStride] = images[position]
                        position += 1
                    }
                }
            }
            initialized = shape.count
        }
        return Tensor(shape, elements)
    }

    /// Images [N, rows, columns, channels] with the channels and the values that the graph's input declares.
    private func declared(_ images: Tensor<Float>) -> Tensor<Float> {
        var elements = images.elements
        if values == .pixels { elements = elements.map { $0 * 128 + 127.5 } }
        switch channels {
        case .rgb: break
        case .bgr:
            for pixel in stride(from: 0, to: elements.count - 2, by: 3) { elements.swapAt(pixel, pixel + 2) }
        case .gray:
            elements = stride(from: 0, to: elements.count - 2, by: 3).map { pixel in
                0.299 * elements[pixel] + 0.587 * elements[pixel + 1] + 0.114 * elements[pixel + 2]
            }
        }
        return Tensor(Shape(images.shape.dimensions.dropLast() + [channels.count]), elements)
    }

    /// [N, rows, columns, all channels] from outputs of the graph.
    func joined(_ outputs: [Tensor<Float>], network: CascadeNetwork) throws -> Tensor<Float> {
        let strides = outputs.map { ImageStrides(of: $0.shape, self) }
        let total = network.outputChannels
        guard let extents = strides.first.map({ ($0.count, $0.rows, $0.columns) }),
            strides.allSatisfy({ ($0.count, $0.rows, $0.columns) == extents }),
            strides.reduce(0, { $0 + $1.channels }) == total
        else {
            throw CascadeError.outputShape(
                network: network, outputs.first?.shape ?? [], expected: "\(total) channels in maps of equal size")
        }
        let shape: Shape = [extents.0, extents.1, extents.2, total]
        let elements = [Float](unsafeUninitializedCapacity: shape.count) { buffer, initialized in
            var offset = 0
            for (output, strides) in zip(outputs, strides) {
                output.elements.withUnsafeBufferPointer { output in
                    var position = offset
                    strides.forEachChannelGroup { first, channelStride in
                        for channel in 0..<strides.channels {
                            buffer[position + channel] = output[first + channel * channelStride]
                        }
                        position += total
                    }
                }
                offset += strides.channels
            }
            initialized = shape.count
        }
        return Tensor(shape, elements)
    }
}

/// The positions of an image tensor's elements.
private struct ImageStrides {
    let count: Int
    let rows: Int
    let columns: Int
    let channels: Int
    private let strides: (image: Int, row: Int, column: Int, channel: Int)

    /// - Parameter shape: Of rank 4 in the layout, or [N, channels] for images of one pixel.
    init(of shape: Shape, _ layout: ImageLayout) {
        let elements = shape.strides
        count = shape[0]
        guard shape.rank > 2 else {
            (rows, columns, channels) = (1, 1, shape[1])
            strides = (elements[0], 0, 0, elements[1])
            return
        }
        let (row, column, channel) = (
            layout.position(of: .row), layout.position(of: .column), layout.position(of: .channel)
        )
        (rows, columns, channels) = (shape[row], shape[column], shape[channel])
        strides = (elements[0], elements[row], elements[column], elements[channel])
    }

    /// Calls `body` with the position of each pixel's first channel, row by row, and with the stride of its channels.
    func forEachChannelGroup(_ body: (_ first: Int, _ channelStride: Int) -> Void) {
        for image in 0..<count {
            for row in 0..<rows {
                for column in 0..<columns {
                    body(image * strides.image + row * strides.row + column * strides.column, strides.channel)
                }
            }
        }
    }
}
