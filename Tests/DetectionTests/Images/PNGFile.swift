/// A PNG file built by hand, so that every colour type, and every lie, can be written.
struct PNGFile {
    /// The colour types of the PNG specification, section 11.2.2.
    enum ColorType: UInt8 {
        case gray = 0
        case rgb = 2
        case palette = 3
        case grayAlpha = 4
        case rgba = 6
    }

    var width: UInt32
    var height: UInt32
    var bitDepth: UInt8 = 8
    var colorType: ColorType

    /// The rows of samples, packed as the bit depth says.
    var rows: [[UInt8]]

    /// Chunks between the header and the pixels.
    var ancillary: [(type: String, data: [UInt8])] = []

    /// Rows as stored deflate blocks, each behind filter byte 0.
    var bytes: [UInt8] {
        let header = bigEndian(width) + bigEndian(height) + [bitDepth, colorType.rawValue, 0, 0, 0]
        let filtered = rows.flatMap { row -> [UInt8] in [0] + row }
        var stream: [UInt8] = [0x78, 0x01]
        for start in stride(from: 0, to: filtered.count, by: 65_535) {
            let block = filtered[start..<min(start + 65_535, filtered.count)]
            let length = UInt16(block.count)
            stream.append(start + block.count == filtered.count ? 1 : 0)
            stream += [UInt8(length & 255), UInt8(length >> 8), UInt8(~length & 255), UInt8(~length >> 8)]
            stream += block
        }
        stream += bigEndian(adler32(filtered))
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
            + ancillary.flatMap { chunk($0.type, $0.data) } + chunk("IDAT", stream) + chunk("IEND", [])
    }

    private func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + data
        return bigEndian(UInt32(data.count)) + body + bigEndian(crc32(body))
    }
}

func bigEndian(_ value: UInt32) -> [UInt8] {
    [UInt8(value >> 24), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
}

private func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { crc, byte in
        (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in (crc >> 1) ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
}

private func adler32(_ bytes: [UInt8]) -> UInt32 {
    var (a, b) = (UInt32(1), UInt32(0))
    for byte in bytes {
        a = (a + UInt32(byte)) % 65_521
        b = (b + a) % 65_521
    }
    return b << 16 | a
}
