/// How rules turn an image's pixels into the pixels that a network sees.
struct ImageResampling: Hashable, Sendable {
    var method = CascadeRules.Resampling.bilinear
    var pixels = CascadeRules.Pixels.float
    var channelOrder = CascadeRules.ChannelOrder.rgb
    /// Whether pixels beyond the image are 127.5, not 0.
    var isGreyBeyond = false
    /// Whether left and right are exchanged.
    var isMirrored = false
}

extension CascadeRules {
    /// How the inputs of a network are resampled.
    func resampling(for network: CascadeNetwork) -> ImageResampling {
        let (method, pixels) =
            switch network {
            case .proposal: (levelResampling, levelPixels)
            case .refinement: (cropResampling, refinementPixels)
            case .output: (cropResampling, outputPixels)
            }
        return ImageResampling(
            method: method, pixels: pixels, channelOrder: channelOrder, isGreyBeyond: cropBeyondImage == .grey)
    }
}
