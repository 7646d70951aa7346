extension DetectionDocument {
    /// Reads separated values (RFC 4180): a header that names the columns, then one line for each face.
    ///
    /// The separator is whichever of comma, semicolon and tab splits the header into columns; with semicolons, a comma
    /// may be a decimal point. A frame without faces has one line, with only its file (and perhaps its size).
    ///
    /// - Parameter file: The name to use in errors.
    package init(csv bytes: [UInt8], file: String) throws(DetectionDocumentError) {
        func malformed(_ line: Int, _ reason: String) -> DetectionDocumentError {
            .malformed(file: file, at: "line \(line)", reason: reason)
        }
        guard let text = String(validating: withoutByteOrderMark(bytes), as: UTF8.self) else {
            throw malformed(1, "it is not UTF-8")
        }
        let separator = separator(of: text)
        var rows: [(line: Int, fields: [String])]
        do {
            rows = try separatedRows(of: text, separator: separator)
        } catch {
            throw malformed(error.line, error.reason)
        }
        // Spreadsheets may name the separator first.
        if rows.first?.fields.joined().lowercased().hasPrefix("sep=") == true { rows.removeFirst() }
        guard let header = rows.first else { throw malformed(1, "it is empty") }
        let columns: DetectionColumns
        do { columns = try DetectionColumns(header: header.fields) } catch { throw malformed(header.line, error.text) }

        var images: [DetectedFrame] = []
        var positions: [String: Int] = [:]
        var withoutFaces: Set<Int> = []
        for row in rows.dropFirst() {
            guard row.fields.count == header.fields.count else {
                throw malformed(row.line, "\(row.fields.count) fields, expected \(header.fields.count)")
            }
            guard let name = columns.field(.file, of: row.fields), !name.isEmpty else {
                throw malformed(row.line, "it names no file")
            }
            let line: FaceLine
            do {
                line = try FaceLine(row.fields, columns, decimalComma: separator == ";")
            } catch {
                throw malformed(row.line, error.text)
            }
            let position = positions[name] ?? images.count
            if position == images.count {
                images.append(DetectedFrame(file: name, width: line.width, height: line.height, faces: []))
                positions[name] = position
                if line.face == nil { withoutFaces.insert(position) }
            } else if line.face == nil || withoutFaces.contains(position) {
                throw malformed(row.line, "\(name) is listed both with a face and without one, or twice without")
            }
            // A line that gives no size contradicts none.
            for (extent, given) in [(\DetectedFrame.width, line.width), (\.height, line.height)] {
                guard let given else { continue }
                guard images[position][keyPath: extent] ?? given == given else {
                    throw malformed(row.line, "\(name) has another size than on an earlier line")
                }
                images[position][keyPath: extent] = given
            }
            if let face = line.face { images[position].faces.append(face) }
        }
        self.init(source: nil, minFaceSize: nil, scoreThresholds: nil, images: images)
    }
}

/// What one line says about a frame.
struct FaceLine {
    let face: Face?
    let width: Int?
    let height: Int?

    init(_ fields: [String], _ columns: DetectionColumns, decimalComma: Bool) throws(DetectionColumns.Reason) {
        func number(_ meaning: DetectionColumns.Meaning) throws(DetectionColumns.Reason) -> Double? {
            guard let field = columns.field(meaning, of: fields), !field.isEmpty else { return nil }
            let text = decimalComma ? field.replacing(",", with: ".") : field
            guard let value = decimal(text) else {
                throw DetectionColumns.Reason("\(meaning.names[0]) is \"\(field)\", not a number")
            }
            return value
        }
        func extent(_ meaning: DetectionColumns.Meaning) throws(DetectionColumns.Reason) -> Int? {
            guard let value = try number(meaning) else { return nil }
            guard let extent = Int(exactly: value), extent > 0 else {
                throw DetectionColumns.Reason("\(meaning.names[0]) is \(value), not a number of pixels")
            }
            return extent
        }
        let left = try number(.left)
        let top = try number(.top)
        var boxWidth = try number(.width)
        var boxHeight = try number(.height)
        let right = try number(.right)
        let bottom = try number(.bottom)
        let confidence = try number(.confidence)
        // Lists for training networks give the image's size as width and height, beside the corners of the box.
        let isImageSize = try FaceLine.isImageSize(boxWidth, boxHeight, left, top, right, bottom)
        width = try extent(isImageSize ? .width : .imageWidth)
        height = try extent(isImageSize ? .height : .imageHeight)
        if isImageSize { (boxWidth, boxHeight) = (nil, nil) }
        if [left, top, boxWidth, boxHeight, right, bottom, confidence].allSatisfy({ $0 == nil }) {
            face = nil
            return
        }
        guard let left, let top else { throw DetectionColumns.Reason("a box needs x and y") }
        guard let width = boxWidth ?? right.map({ $0 - left }), let height = boxHeight ?? bottom.map({ $0 - top })
        else { throw DetectionColumns.Reason("a box needs a width and a height, or its right and lower edge") }
        guard width >= 0, height >= 0 else { throw DetectionColumns.Reason("the extent of a box is negative") }
        let box = [left, top, width, height].map { Float($0) }
        guard box.allSatisfy(\.isFinite) else { throw DetectionColumns.Reason("a coordinate is beyond float32") }
        face = Face(
            box: BoundingBox(x: box[0], y: box[1], width: box[2], height: box[3]),
            confidence: confidence.map { Float($0) })
    }

    /// Whether a width and a height beside all four sides of a box are the image's size: they are not the box's, but hold
    /// its centre. A box may reach beyond its image.
    ///
    /// - Throws: if they are neither the box's nor can be an image's.
    private static func isImageSize(
        _ width: Double?, _ height: Double?, _ left: Double?, _ top: Double?, _ right: Double?, _ bottom: Double?
    ) throws(DetectionColumns.Reason) -> Bool {
        guard let width, let height, let left, let top, let right, let bottom else { return false }
        // An extent may count both edges, which is a pixel more, and its sides may be cut, which is another. Fractions of
        // an image have no pixels; a hundredth is more than they are rounded by.
        let leeway = max(right, bottom, width, height) > 2 ? 2 : 0.01
        if abs(width - (right - left)) <= leeway, abs(height - (bottom - top)) <= leeway { return false }
        let holdsTheCentre = (left + right) / 2 <= width && (top + bottom) / 2 <= height
        guard holdsTheCentre, Int(exactly: width) != nil, Int(exactly: height) != nil else {
            throw DetectionColumns.Reason(
                "the box is \(width) x \(height) by its extents, but \(right - left) x \(bottom - top) by its sides")
        }
        return true
    }
}

/// The bytes after the byte order mark that Windows programs put before UTF-8.
func withoutByteOrderMark(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    return bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
}

/// The separator that splits the first line into the most fields; among equals, the comma.
private func separator(of text: String) -> Character {
    let lines = text.split(whereSeparator: \.isNewline)
    let header = lines.first { !$0.lowercased().hasPrefix("sep=") } ?? ""
    let candidates: [Character] = [",", ";", "\t"]
    return candidates.max { first, second in
        header.count { $0 == first } < header.count { $0 == second }
    }.flatMap { best in header.contains(best) ? best : nil } ?? ","
}

/// Why the fields of separated values cannot be told apart.
private struct MisplacedQuote: Error {
    let line: Int
    let reason: String
}

/// The fields of each nonempty line, without surrounding spaces, and the number of its first line.
///
/// - Throws: if quotes do not enclose a field.
private func separatedRows(
    of text: String, separator: Character
) throws(MisplacedQuote) -> [(line: Int, fields: [String])] {
    var rows: [(line: Int, fields: [String])] = []
    var fields: [String] = []
    var field = ""
    var wasQuoted = false
    var quoted = false
    var line = 1
    var first = 1
    func endField() {
        fields.append(wasQuoted ? field : String(field.trimmingSuffix(while: \.isWhitespace)))
        field = ""
        wasQuoted = false
    }
    func endRow() {
        endField()
        if fields.contains(where: { !$0.isEmpty }) { rows.append((first, fields)) }
        fields = []
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
        // For example 3 after "12": neither 12 nor 123.
        guard !wasQuoted || quoted || character == separator || character.isWhitespace else {
            throw MisplacedQuote(line: line, reason: "text follows a closing quote")
        }
        switch character {
        case "\"" where isDoubledQuote: field.append(character)
        case "\"" where quoted || field.isEmpty && !wasQuoted:
            quoted.toggle()
            wasQuoted = true
        case separator where !quoted: endField()
        case _ where character.isNewline && !quoted: endRow()
        case _ where character.isWhitespace && !quoted && (field.isEmpty || wasQuoted): break
        default: field.append(character)
        }
    }
    guard !quoted else { throw MisplacedQuote(line: first, reason: "a quote is not closed") }
    endRow()
    return rows
}

extension String {
    fileprivate func trimmingSuffix(while isLeftOut: (Character) -> Bool) -> Substring {
        let end = lastIndex { !isLeftOut($0) }.map { index(after: $0) } ?? startIndex
        return self[..<end]
    }
}
