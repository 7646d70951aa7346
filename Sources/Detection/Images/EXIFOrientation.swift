/// How to turn and mirror a stored image upright: the tag 0x0112 of EXIF 2.32, 4.6.4.
struct EXIFOrientation: Equatable {
    /// Whether rows become columns, before any mirroring.
    let transposes: Bool
    let mirrorsColumns: Bool
    let mirrorsRows: Bool

    static let upright = EXIFOrientation(transposes: false, mirrorsColumns: false, mirrorsRows: false)

    private init(transposes: Bool, mirrorsColumns: Bool, mirrorsRows: Bool) {
        self.transposes = transposes
        self.mirrorsColumns = mirrorsColumns
        self.mirrorsRows = mirrorsRows
    }

    /// - Parameter tag: From 1 to 8; any other number means upright.
    init(tag: UInt16) {
        self.init(
            transposes: (5...8).contains(tag), mirrorsColumns: [2, 3, 6, 7].contains(tag),
            mirrorsRows: [3, 4, 7, 8].contains(tag))
    }

    /// The orientation that an image file declares; upright if it declares none that can be read.
    init(declaredBy bytes: [UInt8], format: ImageFormat) {
        let description =
            switch format {
            case .jpeg: exifOfJPEG(bytes)
            case .png: exifOfPNG(bytes)
            }
        self = description.flatMap(orientationTag).map(EXIFOrientation.init(tag:)) ?? .upright
    }
}

extension DecodedImage {
    /// The image turned and mirrored upright.
    func turned(_ orientation: EXIFOrientation) -> DecodedImage {
        guard orientation != .upright else { return self }
        let (newWidth, newHeight) = orientation.transposes ? (height, width) : (width, height)
        let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { buffer, initialized in
            var position = 0
            for row in 0..<newHeight {
                let y = orientation.mirrorsRows ? newHeight - 1 - row : row
                for column in 0..<newWidth {
                    let x = orientation.mirrorsColumns ? newWidth - 1 - column : column
                    let source = (orientation.transposes ? x * width + y : y * width + x) * 3
                    for channel in 0..<3 { buffer[position + channel] = pixels[source + channel] }
                    position += 3
                }
            }
            initialized = position
        }
        return DecodedImage(width: newWidth, height: newHeight, pixels: turned)
    }
}

/// The TIFF structure in a JPEG's first APP1 segment of EXIF (EXIF 2.32, 4.5.4).
private func exifOfJPEG(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
    let identifier = Array("Exif\0\0".utf8)
    var position = 2
    while let marker = bigEndian(bytes[...], at: position), let length = bigEndian(bytes[...], at: position + 2) {
        let payload = position + 4
        let end = position + 2 + Int(length)
        // Entropy-coded data begin at SOS (0xFFDA), and no segment of this kind follows them.
        guard marker >= 0xFF01, marker != 0xFFDA, length >= 2, end <= bytes.count else { return nil }
        if marker == 0xFFE1, bytes[payload..<end].starts(with: identifier) {
            return bytes[(payload + identifier.count)..<end]
        }
        position = end
    }
    return nil
}

/// The TIFF structure in a PNG's chunk `eXIf` (PNG specification, third edition, 11.3.4.5).
private func exifOfPNG(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
    var position = 8
    while let high = bigEndian(bytes[...], at: position), let low = bigEndian(bytes[...], at: position + 2) {
        let payload = position + 8
        let end = payload + Int(high) << 16 + Int(low)
        guard end <= bytes.count else { return nil }
        if bytes[(position + 4)..<payload].elementsEqual("eXIf".utf8) { return bytes[payload..<end] }
        // Four bytes of checksum.
        position = end + 4
    }
    return nil
}

/// The orientation in the first directory of a TIFF structure (TIFF 6.0, section 2).
private func orientationTag(_ tiff: ArraySlice<UInt8>) -> UInt16? {
    let isLittleEndian = tiff.starts(with: [0x49, 0x49, 42, 0])
    guard isLittleEndian || tiff.starts(with: [0x4D, 0x4D, 0, 42]) else { return nil }
    func short(_ offset: Int) -> UInt16? {
        bigEndian(tiff, at: tiff.startIndex + offset).map { isLittleEndian ? $0.byteSwapped : $0 }
    }
    guard let first = short(4), let second = short(6) else { return nil }
    let (high, low) = isLittleEndian ? (second, first) : (first, second)
    let directory = Int(high) << 16 + Int(low)
    guard let count = short(directory) else { return nil }
    for entry in 0..<Int(count) where short(directory + 2 + entry * 12) == 0x0112 {
        return short(directory + 2 + entry * 12 + 8)
    }
    return nil
}

private func bigEndian(_ bytes: ArraySlice<UInt8>, at position: Int) -> UInt16? {
    guard position >= bytes.startIndex, position + 2 <= bytes.endIndex else { return nil }
    return UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])
}
