import CTurboJPEG

extension DecodedImage {
    /// Decodes with the accurate integer DCT and smooth chroma upsampling, like OpenCV; CMYK and YCCK become RGB as
    /// there.
    ///
    /// A decoder warning (a truncated or corrupt stream) is an error: the image must not contain invented pixels.
    init(jpeg bytes: [UInt8], file: String, maximumPixels: Int) throws(ImageError) {
        guard let decoder = tjInitDecompress() else {
            throw .damaged(file: file, what: "the JPEG decoder could not be started")
        }
        defer { tjDestroy(decoder) }

        var width: Int32 = 0
        var height: Int32 = 0
        var subsampling: Int32 = 0
        var colorspace: Int32 = 0
        let count = UInt(bytes.count)
        guard tjDecompressHeader3(decoder, bytes, count, &width, &height, &subsampling, &colorspace) == 0 else {
            throw .damaged(file: file, what: lastMessage(of: decoder))
        }
        try Self.check(width: Int(width), height: Int(height), file: file, maximumPixels: maximumPixels)

        // libjpeg turns YCCK into CMYK, and neither into RGB.
        let isCMYK = colorspace == TJCS_CMYK.rawValue || colorspace == TJCS_YCCK.rawValue
        var pixels = [UInt8](repeating: 0, count: Int(width) * Int(height) * (isCMYK ? 4 : 3))
        let status = tjDecompress2(
            decoder, bytes, count, &pixels, width, 0, height, isCMYK ? TJPF_CMYK.rawValue : TJPF_RGB.rawValue,
            TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS)
        guard status == 0 else {
            throw .damaged(file: file, what: lastMessage(of: decoder))
        }
        self.init(width: Int(width), height: Int(height), pixels: isCMYK ? rgb(ofInvertedCMYK: pixels) : pixels)
    }

    /// Without chroma subsampling, so that thin coloured lines stay sharp.
    func encodedJPEG(file: String, quality: Int) throws(ImageError) -> [UInt8] {
        guard width <= 65_500, height <= 65_500 else {
            throw .unwritable(file: file, what: "a JPEG holds at most 65500 pixels a side, not \(width) x \(height)")
        }
        guard let encoder = tjInitCompress() else {
            throw .unwritable(file: file, what: "the JPEG encoder could not be started")
        }
        defer { tjDestroy(encoder) }

        var encoded: UnsafeMutablePointer<UInt8>?
        var count: UInt = 0
        let status = tjCompress2(
            encoder, pixels, Int32(width), 0, Int32(height), TJPF_RGB.rawValue, &encoded, &count,
            Int32(TJSAMP_444.rawValue), Int32(quality), TJFLAG_ACCURATEDCT)
        defer { tjFree(encoded) }
        guard status == 0, let encoded else {
            throw .unwritable(file: file, what: lastMessage(of: encoder))
        }
        return [UInt8](UnsafeBufferPointer(start: encoded, count: Int(count)))
    }
}

/// Red, green and blue from inks stored inverted, as in Adobe's JPEGs: c * k / 255, with OpenCV's rounding k - ((255 -
/// c) * k >> 8).
private func rgb(ofInvertedCMYK inks: [UInt8]) -> [UInt8] {
    stride(from: 0, to: inks.count, by: 4).flatMap { pixel in
        let black = Int(inks[pixel + 3])
        return (0..<3).map { UInt8(black - ((255 - Int(inks[pixel + $0])) * black) >> 8) }
    }
}

private func lastMessage(of handle: tjhandle) -> String {
    tjGetErrorStr2(handle).map { String(cString: $0) } ?? "no reason given"
}
