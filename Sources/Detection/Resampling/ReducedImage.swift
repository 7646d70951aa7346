extension DecodedImage {
    /// The image reduced so that its longer side has at most `side` pixels: each pixel is the rounded mean of the
    /// pixels that it replaces, ignoring parts of pixels. A small image stays unchanged.
    package func reduced(toSide side: Int) -> DecodedImage {
        guard max(width, height) > side, side > 0 else { return self }
        let small = (
            width: max(1, width * side / max(width, height)), height: max(1, height * side / max(width, height))
        )
        var reduced = [UInt8]()
        reduced.reserveCapacity(small.width * small.height * 3)
        for row in 0..<small.height {
            let top = row * height / small.height
            let rows = top..<max((row + 1) * height / small.height, top + 1)
            for column in 0..<small.width {
                let first = column * width / small.width
                let columns = first..<max((column + 1) * width / small.width, first + 1)
                var sums = (0, 0, 0)
                for y in rows {
                    for x in columns {
                        let position = (y * width + x) * 3
                        sums.0 += Int(pixels[position])
                        sums.1 += Int(pixels[position + 1])
                        sums.2 += Int(pixels[position + 2])
                    }
                }
                let count = rows.count * columns.count
                reduced.append(UInt8((sums.0 + count / 2) / count))
                reduced.append(UInt8((sums.1 + count / 2) / count))
                reduced.append(UInt8((sums.2 + count / 2) / count))
            }
        }
        return DecodedImage(width: small.width, height: small.height, pixels: reduced)
    }
}
