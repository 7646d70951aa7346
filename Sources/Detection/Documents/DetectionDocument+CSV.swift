extension DetectionDocument {
    /// Reads comma-separated values (RFC 4180): a header `file,x,y,width,height` or
    /// `file,x,y,width,height,confidence`, then a line for each face.
    ///
    /// A frame without faces has one line, with nothing but its file.
    ///
    /// - Parameter file: The name that errors give.
    public init(csv bytes: [UInt8], file: String) throws(DetectionDocumentError) {
        func malformed(_ line: Int, _ reason: String) -> DetectionDocumentError {
            .malformed(file: file, at: "line \(line)", reason: reason)
        }
        // Spreadsheets begin UTF-8 with a byte order mark.
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let content = bytes.starts(with: byteOrderMark) ? bytes.dropFirst(byteOrderMark.count) : bytes[...]
        guard let text = String(validating: content, as: UTF8.self) else { throw malformed(1, "it is no UTF-8") }
        var rows = csvRows(of: text)
        let columns = ["file", "x", "y", "width", "height", "confidence"]
        guard let header = rows.first?.fields, header == columns || header == Array(columns.dropLast()) else {
            throw malformed(1, "the header is not \"\(columns.joined(separator: ","))\", the last one optional")
        }
        rows.removeFirst()

        var images: [DetectedFrame] = []
        var positions: [String: Int] = [:]
        for row in rows {
            guard row.fields.count == header.count, let name = row.fields.first, !name.isEmpty else {
                throw malformed(row.line, "\(row.fields.count) fields, expected a file and \(header.count - 1) values")
            }
            let position = positions[name] ?? images.count
            if position == images.count {
                images.append(DetectedFrame(file: name, width: nil, height: nil, faces: []))
                positions[name] = position
            }
            if row.fields.dropFirst().allSatisfy(\.isEmpty) { continue }
            var values: [Float] = []
            for (column, field) in zip(header, row.fields).dropFirst() where !(column == "confidence" && field.isEmpty)
            {
                guard let value = Float(field), value.isFinite else {
                    throw malformed(row.line, "\(column) is \"\(field)\", not a number")
                }
                values.append(value)
            }
            guard values[2] >= 0, values[3] >= 0 else {
                throw malformed(row.line, "the extent of a box is negative")
            }
            images[position].faces.append(
                Face(
                    box: BoundingBox(x: values[0], y: values[1], width: values[2], height: values[3]),
                    confidence: values.count > 4 ? values[4] : nil))
        }
        self.init(source: nil, minFaceSize: nil, scoreThresholds: nil, images: images)
    }
}

/// The fields of each line that is not empty, with the number of the line on which it begins.
private func csvRows(of text: String) -> [(line: Int, fields: [String])] {
    var rows: [(line: Int, fields: [String])] = []
    var fields: [String] = []
    var field = ""
    var quoted = false
    var line = 1
    var first = 1
    func endRow() {
        fields.append(field)
        if fields != [""] { rows.append((first, fields)) }
        fields = []
        field = ""
        first = line
    }
    let characters = Array(text)
    var position = 0
    while position < characters.count {
        let character = characters[position]
        let isDoubledQuote =
            quoted && character == "\"" && position + 1 < characters.count && characters[position + 1] == "\""
        position += isDoubledQuote ? 2 : 1
        if character.isNewline { line += 1 }
        switch character {
        case "\"" where isDoubledQuote: field.append(character)
        case "\"" where quoted || field.isEmpty: quoted.toggle()
        case "," where !quoted:
            fields.append(field)
            field = ""
        case _ where character.isNewline && !quoted: endRow()
        default: field.append(character)
        }
    }
    endRow()
    return rows
}
